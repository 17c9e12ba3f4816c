// spec/file_views.cpp - From entries that are still to come to what is there now. Source: spec-format.md, 4.7.
#include "spec/file_views.h"

#include <cerrno>
#include <set>

#include "spec/call_fields.h"

namespace bigfoot {
namespace {

using What = FileView::What;

constexpr int kAny = -1;  // no errno, or any other

struct Row {
  std::string_view operation;  ///< "": every one
  int code;                    ///< the errno of its reply, 0 for none
  What path;
  What target = What::unknown;
};
/// What a call needs to find so that it ends as its entry says; the first row that fits. Source: the ERRORS of each call
/// in open(2), mkdir(2), rename(2), link(2), symlink(2), unlink(2), rmdir(2).
constexpr Row kRows[] = {
    {"", ENOENT, What::absent, What::absent},
    {"read", ENOTDIR, What::absent},
    {"read", EISDIR, What::folder},
    {"read", kAny, What::file},
    {"write", EEXIST, What::file},
    {"write", EISDIR, What::folder},
    {"write", kAny, What::absent},
    {"append", EEXIST, What::file},
    {"append", EISDIR, What::folder},
    {"append", kAny, What::absent},
    {"create", EEXIST, What::file},
    {"create", EISDIR, What::folder},
    {"create", kAny, What::absent},
    {"mkdir", EEXIST, What::folder},
    {"mkdir", kAny, What::absent},
    {"rmdir", ENOTDIR, What::file},
    {"rmdir", kAny, What::folder},
    {"rename", EISDIR, What::file, What::folder},
    {"rename", ENOTEMPTY, What::folder, What::folder},
    {"rename", EEXIST, What::file, What::file},
    {"rename", kAny, What::file, What::absent},
    {"link", EEXIST, What::file, What::file},
    {"link", kAny, What::file, What::absent},
    {"symlink", EEXIST, What::file},
    {"symlink", kAny, What::absent},
    {"unlink", EISDIR, What::folder},
    {"unlink", kAny, What::file},
    {"chmod", kAny, What::file},
    {"truncate", EISDIR, What::folder},
    {"truncate", kAny, What::file},
};

What implied(std::string_view operation, int code, bool as_target) {
  for (const Row& row : kRows) {
    if ((row.operation.empty() || row.operation == operation) && (row.code == code || row.code == kAny)) return as_target ? row.target : row.path;
  }
  return What::unknown;
}

/// The bytes of a rendered reply; none where it says nothing of content.
std::optional<std::string> content_of(const Value& reply) {
  if (const Value* body = field_of(reply, "body")) return text_of(*body);
  if (const Value* text = field_of(reply, "text")) return text_of(*text);
  if (const Value* json = field_of(reply, "json")) return json_text(*json);
  return std::nullopt;
}

std::string as_prefix(std::string_view folder) { return folder.ends_with('/') ? std::string(folder) : std::string(folder) + "/"; }

bool is_there(const std::optional<FileView>& view) { return view && (view->what == What::file || view->what == What::folder); }

Fields read_call(std::string_view path) {
  return Fields::object({{"operation", "read"}, {"path", std::string(path)}, {"target", ""}});
}

}  // namespace

FileView FileViews::view(std::string_view path) {
  if (auto found = said(path)) return std::move(*found);
  return {has_names_below(path) ? What::folder : What::unknown, std::nullopt};
}

std::optional<FileView> FileViews::said(std::string_view path) {
  const auto known = read_.find(path);
  const FileView* read = known == read_.end() ? nullptr : &known->second.view;
  for (const PathUse& use : paths_.at(path)) {
    const Entry& entry = *use.entry;
    if (book_->is_taken(entry)) continue;
    if (entry.pass_through) return FileView{What::real, std::nullopt};
    const Reply* reply = book_->next_reply(entry);
    const std::string_view operation = operation_of(entry);
    const What what = implied(operation, reply ? reply->errno_code : 0, use.as_target);
    if (what == What::unknown) continue;
    const bool rewrites = operation == "write" || operation == "append";
    if (what == What::absent && rewrites && read) return *read;  // it was there to be read
    FileView out{what, operation == "read" && what == What::file ? shown_content(entry, path) : std::nullopt};
    if (what == What::file && !out.content && read && read->what == What::file) out.content = read->content;
    return out;
  }
  return read ? std::optional(*read) : std::nullopt;
}

std::optional<std::string> FileViews::shown_content(const Entry& entry, std::string_view path) {
  const Reply* reply = book_->next_reply(entry);
  if (!reply || !reply->fields || reply->errno_code != 0) return std::nullopt;
  if (const Value* constant = reply->fields->constant()) return content_of(*constant);
  const std::pair key(entry.index, std::string(path));
  const std::uint64_t use = book_->begun(entry);
  if (const auto found = rendered_.find(key); found != rendered_.end() && found->second.use == use) return found->second.content;
  Rendered made{use, std::nullopt, book_->known};
  std::vector<std::string> missing;
  made.content = content_of(reply->fields->render(made.known, read_call(path), book_->around, &missing));
  if (!missing.empty()) return made.content;  // what is not known yet may be when it is read
  return (rendered_[key] = std::move(made)).content;
}

std::optional<std::string> FileViews::read(const Entry& entry, const Fields& call, std::vector<std::string>& missing) {
  const Reply* reply = book_->next_reply(entry);
  if (!reply || !reply->fields) return std::nullopt;
  if (const Value* constant = reply->fields->constant()) return content_of(*constant);
  const auto found = rendered_.find({entry.index, field_text(call, "path")});
  if (found == rendered_.end() || found->second.use != book_->begun(entry)) {
    return content_of(reply->fields->render(book_->known, call, book_->around, &missing));
  }
  Rendered shown = std::move(found->second);
  rendered_.erase(found);
  book_->known.merge(shown.known);
  return std::move(shown.content);
}

void FileViews::remember(std::string_view path, std::optional<std::string> content, int errno_code) {
  FileView& view = known_at(path);
  const What before = view.what;
  view.what = implied("read", errno_code, false);
  if (content || before != What::file || view.what != What::file) view.content = std::move(content);
}

FileView& FileViews::known_at(std::string_view path) {
  Read& read = read_[std::string(path)];
  read.section = book_->scope.empty() ? kWholeRun : book_->scope.front();
  return read.view;
}

void FileViews::forget(SectionId section) {
  std::erase_if(read_, [section](const auto& read) { return read.second.section == section; });
}

std::vector<std::string> FileViews::names_in(std::string_view folder) {
  const std::string prefix = as_prefix(folder);
  std::set<std::string> names;
  for (auto at = paths_.literal().lower_bound(prefix); at != paths_.literal().end() && at->first.starts_with(prefix); ++at) {
    const std::string name = at->first.substr(prefix.size(), at->first.find('/', prefix.size()) - prefix.size());
    if (!name.empty() && !names.contains(name) && is_there(said(at->first))) names.insert(name);
  }
  return {names.begin(), names.end()};
}

bool FileViews::has_names_below(std::string_view folder) {
  const std::string prefix = as_prefix(folder);
  for (auto at = paths_.literal().lower_bound(prefix); at != paths_.literal().end() && at->first.starts_with(prefix); ++at) {
    if (is_there(said(at->first))) return true;
  }
  return false;
}

}  // namespace bigfoot
