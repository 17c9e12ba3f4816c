// spec/mail_pattern.cpp - See mail_pattern.h; protocols/smtp/mail.h says what a message is.
#include "spec/mail_pattern.h"

#include <fmt/format.h>

#include <algorithm>

#include "protocols/body.h"
#include "protocols/sha256.h"
#include "protocols/smtp/login.h"
#include "protocols/smtp/mail.h"
#include "spec/check.h"
#include "spec/mail_text.h"
#include "spec/pattern_parts.h"
#include "spec/protocol_keys.h"
#include "spec/suggest.h"
#include "spec/values.h"

namespace bigfoot {
namespace {

const Value kNothing;
constexpr const char* kDigestKey = "sha256";  ///< of an attachment, in the place of `content`

const Value* member_of(const Value& table, std::string_view name) {
  const auto found = table.find(name);
  return found == table.end() ? nullptr : &*found;
}

/// One thing that a table of the spec says.
struct MailPart {
  std::string key;   ///< as the spec calls it: "sha256"
  std::string name;  ///< the member of the message that it is about: "content"
  PatternPtr pattern;
  /// The text ends as the spec says it ends: how many line ends stand behind a body is the transport's, see RFC 5321, 4.1.1.4.
  enum class End { as_it_is, line, none } end = End::as_it_is;
};

std::string with_end(std::string text, MailPart::End end) {
  if (end == MailPart::End::as_it_is) return text;
  while (text.ends_with('\n')) text.pop_back();
  return end == MailPart::End::line ? text + "\n" : text;
}

/// A table: what is not named must be empty, where it is not open.
class MailTablePattern : public Pattern {
 public:
  MailTablePattern(std::vector<MailPart> parts, bool open) : parts_(std::move(parts)), open_(open) {}

  bool match(const Value& actual, std::string_view path, const Captures& known, const Surroundings& around,
             MatchReport* report) const override {
    if (!actual.is_object()) return differs(report, path, shown(), std::nullopt);
    bool good = true;
    for (const MailPart& part : parts_) good = match_part(part, actual, path, known, around, report) && good;
    if (open_) return good;
    for (const auto& [name, value] : actual.items()) {
      if (is_empty_value(value) || std::ranges::find(parts_, name, &MailPart::name) != parts_.end()) continue;
      good = match_unnamed(name, value, member_path(path, name), around, report) && good;
    }
    return good;
  }

  Value shown() const override {
    Value out = Value::object();
    for (const MailPart& part : parts_) out[part.key] = part.pattern->shown();
    if (open_) out["*"] = "*";
    return out;
  }

  Value accepting(const Value& actual, const Captures& known, const Surroundings& around) const override {
    if (!actual.is_object()) return spoken(actual);
    Value out = Value::object();
    const Value rest = said(actual);
    bool has_content = false;  // said in one of two ways, never in both
    for (const MailPart& part : parts_) {
      const Value found = found_for(part, actual);
      const bool good = part.pattern->match(found, "", known, around, nullptr);
      if (part.name == "content") has_content = true;
      if (good) out[part.key] = part.pattern->shown();
      else if (const Value* digest = part.name == "content" ? member_of(rest, kDigestKey) : nullptr) out[kDigestKey] = *digest;
      else if (!is_empty_value(found)) out[part.key] = part.pattern->accepting(found, known, around);
    }
    if (open_) out["*"] = "*";
    for (const auto& [key, value] : rest.items()) {
      if (has_content && (key == "content" || key == kDigestKey)) continue;
      const bool named = std::ranges::any_of(parts_, [&](const MailPart& part) { return part.key == key || (part.name == key && out.contains(part.key)); });
      if (!open_ && !named) out[key] = value;
      if (named && !out.contains(key) && std::ranges::find(parts_, key, &MailPart::key) != parts_.end()) out[key] = value;
    }
    return out;
  }

  void collect_names(std::vector<NameUse>& uses) const override {
    for (const MailPart& part : parts_) part.pattern->collect_names(uses);
  }

 protected:
  virtual Value said(const Value& actual) const { return spoken_mail(actual); }

 private:
  /// From, To and Cc stand among the headers where they repeat the envelope.
  static Value found_for(const MailPart& part, const Value& actual) {
    const Value* found = member_of(actual, part.name);
    const Value* headers = member_of(actual, "headers");
    if (!found && headers && (part.name == "from" || part.name == "to" || part.name == "cc")) found = member_of(*headers, part.name);
    if (!found) return kNothing;
    return found->is_string() ? Value(with_end(found->get<std::string>(), part.end)) : *found;
  }

  static bool match_part(const MailPart& part, const Value& actual, std::string_view path, const Captures& known,
                         const Surroundings& around, MatchReport* report) {
    const std::string below = member_path(path, part.key);
    const Value found = found_for(part, actual);
    if (!found.is_null()) return part.pattern->match(found, below, known, around, report);
    if (part.pattern->is_any() || part.pattern->is_absent()) return agrees(report);
    if (part.name == "headers") return part.pattern->match(Value::object(), below, known, around, report);
    if (part.pattern->match("", below, known, around, nullptr)) return agrees(report);
    return differs(report, below, part.pattern->shown(), std::nullopt);
  }

  static bool match_unnamed(const std::string& name, const Value& value, const std::string& path, const Surroundings& around, MatchReport* report) {
    if (name != "headers") return differs(report, path, std::nullopt, value);
    bool good = true;
    for (const auto& [header, text] : value.items()) {
      if (is_mail_noise(header) || (around.is_noise_header && around.is_noise_header(header))) continue;
      good = differs(report, member_path(path, header), std::nullopt, text);
    }
    return good;
  }

  std::vector<MailPart> parts_;
  bool open_;
};

class AttachmentPattern : public MailTablePattern {
 public:
  using MailTablePattern::MailTablePattern;

 protected:
  Value said(const Value& actual) const override { return spoken_attachment(actual); }
};

class AttachmentsPattern : public Pattern {
 public:
  explicit AttachmentsPattern(std::vector<PatternPtr> items) : items_(items), array_(array_pattern(std::move(items), false)) {}

  bool match(const Value& actual, std::string_view path, const Captures& known, const Surroundings& around,
             MatchReport* report) const override {
    return array_->match(actual, path, known, around, report);
  }
  Value shown() const override { return array_->shown(); }
  Value accepting(const Value& actual, const Captures& known, const Surroundings& around) const override {
    Value out = Value::array();
    for (const Value& one : actual.is_array() ? actual : Value::array()) {
      const std::size_t number = out.size();
      out.push_back(number < items_.size() ? items_[number]->accepting(one, known, around) : spoken_attachment(one));
    }
    return out;
  }
  void collect_names(std::vector<NameUse>& uses) const override { array_->collect_names(uses); }

 private:
  std::vector<PatternPtr> items_;
  PatternPtr array_;
};

/// `headers` of a message: noise counts only where the table names it.
class MailHeadersPattern : public Pattern {
 public:
  MailHeadersPattern(PatternPtr table, std::vector<std::string> named) : table_(std::move(table)), named_(std::move(named)) {}

  bool match(const Value& actual, std::string_view path, const Captures& known, const Surroundings& around,
             MatchReport* report) const override {
    return table_->match(counting(actual, around), path, known, around, report);
  }
  Value shown() const override { return table_->shown(); }
  Value accepting(const Value& actual, const Captures& known, const Surroundings& around) const override {
    return table_->accepting(counting(actual, around), known, around);
  }
  void collect_names(std::vector<NameUse>& uses) const override { table_->collect_names(uses); }

 private:
  Value counting(const Value& headers, const Surroundings& around) const {
    Value out = Value::object();
    for (const auto& [name, value] : headers.items()) {
      const bool noise = is_mail_noise(name) || (around.is_noise_header && around.is_noise_header(name));
      if (!noise || std::ranges::find(named_, name) != named_.end()) out[name] = value;
    }
    return out;
  }

  PatternPtr table_;
  std::vector<std::string> named_;
};

class PasswordPattern : public Pattern {
 public:
  PasswordPattern(PatternPtr plain, TemplatePtr text) : plain_(std::move(plain)), text_(std::move(text)) {}

  bool match(const Value& actual, std::string_view path, const Captures& known, const Surroundings& around,
             MatchReport* report) const override {
    if (!actual.is_object()) return plain_->match(actual, path, known, around, report);
    if (plain_->is_any()) return agrees(report);
    Captures scratch = known;
    std::vector<std::string> missing;
    if (!text_) return differs(report, path, shown(), kHidden, "CRAM-MD5 does not show it: name it literally, as {{env.NAME}}, or \"*\"");
    const Value& proof = actual.at("cram_md5");
    const std::string password = text_of(text_->render(scratch, Fields::object(), around, &missing));
    const std::string digest = cram_md5_digest(password, proof.at("challenge").get_ref<const std::string&>());
    if (missing.empty() && digest == proof.at("digest").get_ref<const std::string&>()) return agrees(report);
    return differs(report, path, shown(), kHidden, "CRAM-MD5 proves another password");
  }
  Value shown() const override { return plain_->shown(); }
  bool is_any() const override { return plain_->is_any(); }
  Value accepting(const Value& actual, const Captures& known, const Surroundings& around) const override {
    if (!actual.is_object()) return plain_->accepting(actual, known, around);
    return match(actual, "", known, around, nullptr) ? shown() : Value("*");
  }
  void collect_names(std::vector<NameUse>& uses) const override { plain_->collect_names(uses); }

 private:
  static constexpr const char* kHidden = "(hidden)";
  PatternPtr plain_;
  TemplatePtr text_;  ///< null: what it is cannot be told from the spec
};

/// `content` of an attachment. Bytes that are no text are shown as a spec would say them, beside them what was expected.
class ContentPattern : public Pattern {
 public:
  explicit ContentPattern(PatternPtr body) : body_(std::move(body)) {}

  bool match(const Value& actual, std::string_view path, const Captures& known, const Surroundings& around,
             MatchReport* report) const override {
    const std::string* bytes = actual.is_string() ? &actual.get_ref<const std::string&>() : nullptr;
    if (!report || !bytes || is_text(*bytes) || body_->match(actual, path, known, around, nullptr)) return body_->match(actual, path, known, around, report);
    const Value* text = body_->literal();
    const bool is_bytes = text && text->is_string();
    return differs(report, path, is_bytes ? bytes_shown(text->get_ref<const std::string&>()) : body_->shown(), bytes_shown(*bytes));
  }
  Value shown() const override { return body_->shown(); }
  bool is_any() const override { return body_->is_any(); }
  const Value* literal() const override { return body_->literal(); }
  bool is_absent() const override { return body_->is_absent(); }
  Value accepting(const Value& actual, const Captures& known, const Surroundings& around) const override {
    const bool is_binary = actual.is_string() && !is_text(actual.get_ref<const std::string&>());
    return is_binary ? spoken_bytes(actual.get_ref<const std::string&>()) : body_->accepting(actual, known, around);
  }
  void collect_names(std::vector<NameUse>& uses) const override { body_->collect_names(uses); }

 private:
  static Value bytes_shown(const std::string& bytes) {
    constexpr std::size_t kShort = 48;  // bytes whose hex a person compares
    return bytes.size() <= kShort ? Value::object({{"hex", to_hex(bytes)}}) : Value::object({{kDigestKey, sha256(bytes)}});
  }

  PatternPtr body_;
};

/// `sha256` of an attachment: of the content as it is decoded.
class DigestPattern : public Pattern {
 public:
  explicit DigestPattern(std::string digest) : digest_(std::move(digest)) {}

  bool match(const Value& actual, std::string_view path, const Captures&, const Surroundings&, MatchReport* report) const override {
    const std::string found = sha256(text_of(actual));
    return found == digest_ ? agrees(report) : differs(report, path, digest_, found);
  }
  Value shown() const override { return digest_; }
  Value accepting(const Value& actual, const Captures&, const Surroundings&) const override { return sha256(text_of(actual)); }

 private:
  std::string digest_;
};

PatternPtr compile_digest(const Node& node, Diagnostics& problems) {
  const std::string* text = node.text();
  if (!text) return nullptr;  // reported by check_keys
  const bool is_hex = text->size() == 64 && text->find_first_not_of("0123456789abcdef") == text->npos;
  if (is_hex) return std::make_shared<DigestPattern>(*text);
  refuse(problems, node, fmt::format("'{}' is no SHA-256", *text), "64 lower-case hexadecimal digits, as sha256sum prints them");
  return nullptr;
}

/// Whether every hole of a text has a value of its own, so that the text is one.
bool is_one_text(std::string_view text) {
  for (std::size_t hole = text.find("{{"); hole != text.npos; hole = text.find("{{", hole + 2)) {
    const std::string_view name = text.substr(hole + 2);
    if (!name.starts_with("env.") && !name.starts_with("lit:")) return false;
  }
  return true;
}

PatternPtr compile_mail_headers(const Node& node, Diagnostics& problems) {
  if (node.text() && *node.text() == "*") return any_pattern();
  if (!node.is_table()) {
    refuse(problems, node, fmt::format("'headers' of a message is a table, or \"*\", not {}", kind_of(node)), "headers = { reply-to = \"help@example.com\" }");
    return nullptr;
  }
  Node lower = node;
  std::vector<std::string> named;
  for (auto& [name, value] : std::get<Node::Table>(lower.value)) {
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (name == "subject")
      refuse_key(problems, value, "subject", "the subject does not stand among the headers: this never matches", "message = { subject = \"…\" }");
    named.push_back(name);
  }
  PatternPtr table = compile_pairs_pattern(lower, problems);
  return table ? std::make_shared<MailHeadersPattern>(std::move(table), std::move(named)) : nullptr;
}

PatternPtr compile_attachment(const Node& node, Diagnostics& problems) {
  if (node.text() && *node.text() == "*") return any_pattern();
  if (!node.is_table()) {
    refuse(problems, node, fmt::format("an attachment is a table, or \"*\", not {}", kind_of(node)), "{ name = \"report.csv\", type = \"text/csv\", content = \"*\" }");
    return nullptr;
  }
  check_keys(node, part_keys("attachment"), "an attachment", problems);
  if (const Node* both = node.find("sha256"); both && node.find("content"))
    refuse_key(problems, *both, "sha256", "'content' and 'sha256' both say what is attached", "keep one");
  std::vector<MailPart> parts;
  bool open = false, good = true;
  for (const auto& [key, value] : *node.table()) {
    if (opens_table(key, value)) {
      open = true;
      continue;
    }
    const bool is_digest = key == kDigestKey;
    PatternPtr pattern = is_digest ? compile_digest(value, problems) : key == "content" ? compile_body_pattern(value, problems) : compile_pattern(value, problems);
    if (key == "content" && pattern) pattern = std::make_shared<ContentPattern>(std::move(pattern));
    good = good && pattern;
    parts.push_back({key, is_digest ? "content" : key, std::move(pattern)});
  }
  return good ? std::make_shared<AttachmentPattern>(std::move(parts), open) : nullptr;
}

PatternPtr compile_attachments(const Node& node, Diagnostics& problems) {
  if (node.text() && *node.text() == "*") return any_pattern();
  if (!node.is_array()) {
    refuse(problems, node, fmt::format("'attachments' is an array, or \"*\", not {}", kind_of(node)), "attachments = [ { name = \"report.csv\", type = \"text/csv\", content = \"*\" } ]");
    return nullptr;
  }
  std::vector<PatternPtr> items;
  bool good = true;
  for (const Node& one : *node.array()) {
    items.push_back(compile_attachment(one, problems));
    good = good && items.back();
  }
  return good ? std::make_shared<AttachmentsPattern>(std::move(items)) : nullptr;
}

}  // namespace

PatternPtr compile_mail_pattern(const Node& node, Diagnostics& problems) {
  if (node.text() && *node.text() == "*") return any_pattern();
  if (!node.is_table()) {
    refuse(problems, node, "'message' is a table of the mail's parts, or \"*\"", "message = { subject = \"…\", text = \"…\" }; data = \"…\" is the raw mail");
    return nullptr;
  }
  check_keys(node, part_keys("message"), "message", problems);
  std::vector<MailPart> parts;
  bool open = false, good = true;
  for (const auto& [key, value] : *node.table()) {
    if (opens_table(key, value)) {
      open = true;
      continue;
    }
    MailPart part{key, key, nullptr};
    if (key == "headers") {
      part.pattern = compile_mail_headers(value, problems);
    } else if (key == "attachments") {
      part.pattern = compile_attachments(value, problems);
    } else if (key == "text" || key == "html") {
      part.pattern = compile_content_pattern(value, problems);
      if (const std::string* text = value.text()) part.end = text->ends_with('\n') ? MailPart::End::line : MailPart::End::none;
    } else {
      part.pattern = compile_pattern(value, problems);
    }
    good = good && part.pattern;
    parts.push_back(std::move(part));
  }
  return good ? std::make_shared<MailTablePattern>(std::move(parts), open) : nullptr;
}

bool can_check_proof(const Node& password) { return password.text() && is_one_text(*password.text()); }

PatternPtr compile_password_pattern(const Node& node, Diagnostics& problems) {
  PatternPtr plain = compile_pattern(node, problems);
  if (!plain) return nullptr;
  Diagnostics told;  // by the pattern
  const bool is_known = node.text() && *node.text() != "*" && can_check_proof(node);
  TemplatePtr text = is_known ? compile_template(node, told) : nullptr;
  return std::make_shared<PasswordPattern>(std::move(plain), std::move(text));
}

}  // namespace bigfoot
