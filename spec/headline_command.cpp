// spec/headline_command.cpp - Child processes and look-ups: exec = ["git", "pull"], shell = "git pull", which = "git".
// Source: spec-format.md, sections 3, 4.6 and 10 ("exec identity").
#include <fmt/format.h>

#include "spec/check.h"
#include "spec/command_text.h"
#include "spec/url_pattern.h"

namespace bigfoot {
namespace {

/// git pull -> git", "pull
std::string with_commas(std::string text) {
  for (std::size_t at = text.find(' '); at != text.npos; at = text.find(' ', at + 4)) text.replace(at, 1, "\", \"");
  return text;
}

/// stdin, cwd, env: what an entry may say beside its headline.
void set_command_fields(EntryDraft& draft) {
  const bool session = draft.table.find("steps") != nullptr;
  if (const Node* own = draft.table.find("stdin"); own && session) {
    refuse_key(draft.problems, *own, "stdin", "'stdin' and 'steps' both say what is read", "steps = [ { stdin = … } ] says it in its turn: keep one");
  } else if (!session) {
    draft.set_from("stdin", compile_body_pattern);
  }
  draft.set_from("cwd", compile_pattern);
  draft.set_from("env", compile_env_pattern);
}

/// The identity is the basename: of "/usr/bin/git" and of "/opt/{{any}}/git" alike.
PatternPtr compile_program(EntryDraft& draft, const Node& word) {
  const std::string* text = word.text();
  if (!text) return any_pattern();  // an operator may look at the whole path: argv compares it
  const std::size_t slash = masked_holes(*text).rfind('/');
  const std::size_t start = slash == text->npos ? 0 : slash + 1;
  return compile_text_pattern(std::string_view(*text).substr(start), place_in(word, start), draft.problems);
}

void load_words(EntryDraft& draft, const Node::Array& words) {
  std::vector<std::string> shown;
  bool good = true;
  for (const Node& word : words) {
    if (!is_kind(word, kText | kTable)) {
      refuse(draft.problems, word, fmt::format("an argument is a string, not {}", kind_of(word)));
      good = false;
    }
    shown.push_back(word.text() ? *word.text() : "…");
  }
  draft.entry.headline = exec_title(shown);
  if (words.empty()) refuse(draft.problems, draft.headline, "exec names no program", "exec = [\"git\", \"pull\"]");
  if (words.empty() || !good) return;
  Diagnostics told;  // a wrong hole in the program's name is told once, by argv
  PatternPtr argv = compile_argv_pattern(draft.headline, draft.problems);
  EntryDraft quiet{draft.table, draft.protocol, draft.headline, draft.defaults, told};
  draft.set("program", program_pattern(compile_program(quiet, words.front())), draft.headline.at);
  draft.set("argv", std::move(argv), draft.headline.at);
}

}  // namespace

void load_exec(EntryDraft& draft) {
  const Node& headline = draft.headline;
  if (const Node::Array* words = headline.array()) {
    load_words(draft, *words);
  } else if (const std::string& text = *headline.text(); text == "*") {
    draft.entry.headline = "exec *";
    draft.set("program", any_pattern(), headline.at);
    draft.set("argv", any_pattern(), headline.at);
  } else {
    draft.entry.headline = "exec " + text;
    refuse(draft.problems, headline, "exec takes the arguments as an array", fmt::format("exec = [\"{}\"], or shell = \"…\" for a command line", with_commas(text)));
    return;
  }
  set_command_fields(draft);
}

void load_shell(EntryDraft& draft) {
  const std::string* text = draft.headline.text();
  draft.entry.headline = text ? shell_title(*text) : "shell { … }";
  draft.set("command", compile_pattern(draft.headline, draft.problems), draft.headline.at);
  set_command_fields(draft);
}

void load_which(EntryDraft& draft) {
  const std::string& text = *draft.headline.text();
  draft.entry.headline = "which " + text;
  if (text.find('/') != text.npos) refuse(draft.problems, draft.headline, fmt::format("'{}' is a path: `which` takes a bare name", text));
  draft.set("name", compile_text_pattern(text, place_in(draft.headline, 0), draft.problems), draft.headline.at);
  if (!draft.field("reply") && !draft.table.find("replies"))
    refuse(draft.problems, draft.headline, "this look-up has no answer", "reply = \"/usr/bin/git\" is where it is found, reply = false is nowhere");
}

}  // namespace bigfoot
