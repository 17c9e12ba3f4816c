// spec/pattern_xml.cpp - { xml = '''...''' }: two documents compared by their structure. Attributes may come in any order, blanks
// between elements and the prefixes of namespaces say nothing; holes stand in texts and attributes.
// Source: spec-format.md, rule 7; https://www.w3.org/TR/xml-names/.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "protocols/xml/xml.h"
#include "spec/pattern_parts.h"
#include "spec/pattern_views.h"
#include "spec/values.h"

namespace bigfoot {
namespace {

struct ElementPattern {
  std::string name;
  std::vector<std::pair<std::string, PatternPtr>> attributes;
  struct Child {
    PatternPtr text;  ///< null: an element
    std::shared_ptr<const ElementPattern> element;
  };
  std::vector<Child> children;
};

/// Of "{urn:shop}order" the part in braces.
std::string_view space_of(std::string_view name) { return name.starts_with('{') ? name.substr(1, name.find('}') - 1) : std::string_view(); }
std::string_view local_name(std::string_view name) { return name.substr(name.find('}') + 1); }

class XmlPattern : public Pattern {
 public:
  XmlPattern(ElementPattern root, std::string text) : root_(std::move(root)), text_(std::move(text)) {}

  bool match(const Value& actual, std::string_view path, const Captures& known, const Surroundings& around, MatchReport* report) const override {
    const auto document = XmlDocument::parse(text_of(actual));
    if (!document) return report && differs(report, path, shown(), actual, fmt::format("not XML: {}", document.error()));
    return fits(root_, document->root(), fmt::format("{}/{}", path, local_name(root_.name)), {known, around, report});
  }
  Value shown() const override { return Value::object({{"xml", text_}}); }
  Value accepting(const Value& actual, const Captures& known, const Surroundings& around) const override {
    if (match(actual, "", known, around, nullptr)) return shown();
    const auto document = XmlDocument::parse(text_of(actual));
    if (!document) return spoken(actual);
    std::string out;
    write(&root_, document->root(), "", {known, around, nullptr}, out);
    return Value::object({{"xml", std::move(out)}});
  }
  void collect_names(std::vector<NameUse>& uses) const override { collect(root_, uses); }

 private:
  struct Match {
    const Captures& known;
    const Surroundings& around;
    MatchReport* report;
  };

  static bool fits(const ElementPattern& wanted, const Value& element, const std::string& path, const Match& match) {
    const std::string& name = element["name"].get_ref<const std::string&>();
    if (name != wanted.name) return differs(match.report, path, wanted.name, name, "another element");
    const bool attributes = fits_attributes(wanted, element["attributes"], path, match);
    if (!attributes && match.report == nullptr) return false;
    return fits_children(wanted, element["children"], path, match) && attributes;
  }

  static bool fits_attributes(const ElementPattern& wanted, const Value& attributes, const std::string& path, const Match& match) {
    bool good = true;
    for (const auto& [name, pattern] : wanted.attributes) {
      const std::string at = fmt::format("{}/@{}", path, local_name(name));
      const auto found = attributes.find(name);
      const bool fit = found == attributes.end() ? differs(match.report, at, pattern->shown(), std::nullopt)
                                                 : pattern->match(*found, at, match.known, match.around, match.report);
      good = good && fit;
    }
    for (const auto& [name, value] : attributes.items()) {
      if (std::ranges::find(wanted.attributes, name, &std::pair<std::string, PatternPtr>::first) != wanted.attributes.end()) continue;
      good = differs(match.report, fmt::format("{}/@{}", path, local_name(name)), std::nullopt, value);
    }
    return good;
  }

  /// "item[2]", where there are several of this name; "text()" of a text.
  static std::string step(const ElementPattern::Child& child, std::map<std::string, int>& seen) {
    if (child.text) return "text()";
    const std::string name(local_name(child.element->name));
    return fmt::format("{}[{}]", name, ++seen[name]);
  }

  static bool fits_children(const ElementPattern& wanted, const Value& children, const std::string& path, const Match& match) {
    // An element that holds a text only: the text is the element's.
    if (wanted.children.size() == 1 && wanted.children.front().text && (children.empty() || (children.size() == 1 && children.front().is_string()))) {
      return wanted.children.front().text->match(children.empty() ? Value("") : children.front(), path, match.known, match.around, match.report);
    }
    bool good = true;
    std::map<std::string, int> seen;
    for (std::size_t i = 0; i < std::max(wanted.children.size(), children.size()); ++i) {
      if (i >= wanted.children.size()) {
        good = differs(match.report, path, std::nullopt, shown_child(children[i]), "one more");
        continue;
      }
      const ElementPattern::Child& child = wanted.children[i];
      const std::string at = fmt::format("{}/{}", path, step(child, seen));
      if (i >= children.size()) {
        good = differs(match.report, at, child.text ? child.text->shown() : Value(std::string(local_name(child.element->name))), std::nullopt);
      } else if (child.text) {
        good = child.text->match(children[i].is_string() ? children[i] : shown_child(children[i]), at, match.known, match.around, match.report) && good;
      } else if (children[i].is_string()) {
        good = differs(match.report, at, std::string(local_name(child.element->name)), children[i], "a text instead of an element");
      } else {
        good = fits(*child.element, children[i], at, match) && good;
      }
      if (!good && match.report == nullptr) return false;
    }
    return good && (!wanted.children.empty() || agrees(match.report));
  }

  static std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
      if (c == '&') out += "&amp;";
      else if (c == '<') out += "&lt;";
      else if (c == '>') out += "&gt;";
      else if (c == '"') out += "&quot;";
      else out += c;
    }
    return out;
  }

  /// A text as the pattern says it where it fits, else as it is.
  static std::string said(const PatternPtr& pattern, const Value& actual, const Match& match) {
    return escaped(text_of(pattern ? pattern->accepting(actual, match.known, match.around) : spoken(actual)));
  }

  /// The document that was sent, with the words of the pattern where they fit. Each element declares its namespace where its
  /// parent has another one.
  static void write(const ElementPattern* wanted, const Value& element, std::string_view outer, const Match& match, std::string& out) {
    const std::string& full = element["name"].get_ref<const std::string&>();
    const std::string_view name = local_name(full);
    const std::string_view space = space_of(full);
    if (wanted && wanted->name != full) wanted = nullptr;
    out += fmt::format("<{}", name);
    if (space != outer) out += fmt::format(" xmlns=\"{}\"", escaped(space));
    int prefixes = 0;
    for (const auto& [key, value] : element["attributes"].items()) {
      PatternPtr pattern;
      if (wanted)
        for (const auto& [known_name, one] : wanted->attributes)
          if (known_name == key) pattern = one;
      std::string prefix;
      if (const std::string_view of = space_of(key); of == "http://www.w3.org/XML/1998/namespace") {
        prefix = "xml:";  // is declared always
      } else if (!of.empty()) {
        prefix = fmt::format("n{}:", ++prefixes);
        out += fmt::format(" xmlns:n{}=\"{}\"", prefixes, escaped(of));
      }
      out += fmt::format(" {}{}=\"{}\"", prefix, local_name(key), said(pattern, value, match));
    }
    const Value& children = element["children"];
    if (children.empty()) {
      out += "/>";
      return;
    }
    out += '>';
    for (std::size_t i = 0; i < children.size(); ++i) {
      const ElementPattern::Child* child = wanted && i < wanted->children.size() ? &wanted->children[i] : nullptr;
      if (children[i].is_string()) out += said(child ? child->text : nullptr, children[i], match);
      else write(child ? child->element.get() : nullptr, children[i], space, match, out);
    }
    out += fmt::format("</{}>", name);
  }

  static Value shown_child(const Value& child) {
    return child.is_string() ? child : Value(fmt::format("<{}>", local_name(child["name"].get_ref<const std::string&>())));
  }

  static void collect(const ElementPattern& element, std::vector<NameUse>& uses) {
    for (const auto& [name, pattern] : element.attributes) pattern->collect_names(uses);
    for (const auto& child : element.children) {
      if (child.text) child.text->collect_names(uses);
      else collect(*child.element, uses);
    }
  }

  ElementPattern root_;
  std::string text_;
};

std::optional<ElementPattern> compile_element(const Value& element, const TextAt& at, Diagnostics& problems) {
  ElementPattern out;
  out.name = element["name"].get<std::string>();
  bool good = true;
  for (const auto& [name, value] : element["attributes"].items()) {
    out.attributes.emplace_back(name, text_pattern(value.get_ref<const std::string&>(), at, Reading::text, problems));
    good = good && out.attributes.back().second;
  }
  for (const Value& child : element["children"]) {
    if (child.is_string()) {
      out.children.push_back({text_pattern(child.get_ref<const std::string&>(), at, Reading::text, problems), nullptr});
      good = good && out.children.back().text;
      continue;
    }
    auto inner = compile_element(child, at, problems);
    good = good && inner;
    if (inner) out.children.push_back({nullptr, std::make_shared<const ElementPattern>(std::move(*inner))});
  }
  if (!good) return std::nullopt;
  return out;
}

}  // namespace

PatternPtr compile_xml(const Node& node, Diagnostics& problems, ContentCompiler) {
  const std::string* text = node.text();
  if (!text) {
    add_problem(problems, node, "'xml' takes a document as text", "xml = '<order id=\"{{int}}\"><sku>x</sku></order>'");
    return nullptr;
  }
  const auto document = XmlDocument::parse(*text);
  if (!document) {
    add_problem(problems, node, fmt::format("not XML: {}", document.error()), "in a text of several lines, line 1 is the one behind '''");
    return nullptr;
  }
  TextAt at = text_at(node);
  at.exact = false;
  auto root = compile_element(document->root(), at, problems);
  return root ? std::make_shared<XmlPattern>(std::move(*root), *text) : nullptr;
}

}  // namespace bigfoot
