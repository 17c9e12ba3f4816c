// tests/unit/protocols/transcript.cpp - See transcript.h.
#include "transcript.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cctype>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>

namespace bigfoot::test {
namespace {

constexpr std::string_view kFence = "```";

std::filesystem::path path_of(const std::string& file) {
  return std::filesystem::path(BIGFOOT_SOURCE_DIR) / "tests" / "protocols" / file;
}

std::vector<std::string> lines_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    std::cerr << "cannot read " << path << '\n';
    std::exit(2);
  }
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// Puts `seen` into the events block of the example with this heading.
void update(const std::string& file, const Example& example, const std::string& seen) {
  const std::vector<std::string> lines = lines_of(path_of(file));
  std::string out;
  bool here = false, skipping = false;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].starts_with("## "))
      here = lines[i].substr(3) == example.title;  // earlier updates move lines
    if (skipping && lines[i] == kFence) skipping = false;
    if (!skipping) out += lines[i] + '\n';
    if (here && lines[i] == "```events") {
      out += seen;
      skipping = true;
    }
  }
  std::ofstream(path_of(file), std::ios::binary) << out;
}

}  // namespace

std::string Example::block(const std::string& name) const {
  const auto found = blocks.find(name);
  return found == blocks.end() ? "" : found->second;
}

std::vector<Example> load_examples(const std::string& file) {
  std::vector<Example> examples;
  std::string* block = nullptr;
  const std::vector<std::string> lines = lines_of(path_of(file));
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string& line = lines[i];
    if (block != nullptr) {
      if (line == kFence) {
        block = nullptr;
      } else {
        *block += line + '\n';
      }
    } else if (line.starts_with("## ")) {
      Example example{.title = line.substr(3), .line = static_cast<unsigned>(i + 1)};
      bool word_start = true;
      for (const char c : example.title) {
        const bool counts = std::isalnum(static_cast<unsigned char>(c)) != 0;
        if (counts)
          example.test_name +=
              word_start ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
        word_start = !counts;
      }
      examples.push_back(std::move(example));
    } else if (line.starts_with(kFence) && !examples.empty()) {
      block = &examples.back().blocks[line.substr(kFence.size())];
    }
  }
  return examples;
}

std::string bytes_of(std::string_view block) {
  std::string out;
  for (std::size_t i = 0; i < block.size(); ++i) {
    if (block[i] == '\n') {
      out += "\r\n";
    } else if (block[i] != '\\' || i + 1 == block.size()) {
      out += block[i];
    } else {
      switch (block[++i]) {
        case '\n':
          break;  // the line has no end
        case 'r':
          out += '\r';
          break;
        case 'n':
          out += '\n';
          break;
        case 't':
          out += '\t';
          break;
        case 'x':
          out += static_cast<char>(std::stoi(std::string(block.substr(i + 1, 2)), nullptr, 16));
          i += 2;
          break;
        default:
          out += block[i];
      }
    }
  }
  return out;
}

std::string block_of(std::string_view bytes, std::string_view line_prefix) {
  std::string out;
  while (!bytes.empty()) {
    const auto end = bytes.find("\r\n");
    out += line_prefix;
    for (const char c : bytes.substr(0, end)) {
      const auto byte = static_cast<unsigned char>(c);
      if (c == '\n') {
        out += "\\n";
      } else if (c == '\r') {
        out += "\\r";
      } else if (c == '\\') {
        out += "\\\\";
      } else if (byte < ' ' || byte >= 0x7f) {
        out += fmt::format("\\x{:02x}", byte);
      } else {
        out += c;
      }
    }
    out += end == bytes.npos ? "\\\n" : "\n";
    bytes.remove_prefix(end == bytes.npos ? bytes.size() : end + 2);
  }
  return out;
}

void expect_events(const std::string& file, const Example& example, const std::string& seen,
                   std::string_view how) {
  const std::string wanted = example.block("events");
  if (seen != wanted && how == "whole" && std::getenv("BIGFOOT_UPDATE_TRANSCRIPTS") != nullptr)
    return update(file, example, seen);
  EXPECT_EQ(seen, wanted) << "tests/protocols/" << file << ':' << example.line << ": " << example.title
                          << ", played " << how;
}

std::vector<char> exact_copy(std::string_view bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace bigfoot::test
