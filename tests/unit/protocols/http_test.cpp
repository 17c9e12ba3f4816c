// tests/unit/protocols/http_test.cpp - What a transcript cannot hold: limits, large bodies, codings, the
// other direction.
#include "protocols/http/http.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "protocols/http/coding.h"
#include "protocols/http/http_reply.h"
#include "protocols/http/message.h"
#include "transcript.h"

namespace bigfoot {
namespace {

constexpr const char* kHost = "Host: a\r\n";

/// Feeds `client` in pieces of `size`, dropping what is used; the first event that is not NeedMore, or the
/// error with its byte counted from the start.
DecodeResult first_event(Decoder& decoder, std::string_view client, std::size_t size) {
  std::string out;
  std::size_t used = 0, end = 0;
  while (end < client.size()) {
    end = std::min(end + size, client.size());
    DecodeResult result = decoder.decode(client.substr(used, end - used), out);
    if (!result) return std::unexpected(ProtocolError{used + result.error().at, result.error().what});
    used += result->used;
    if (!std::holds_alternative<NeedMore>(result->event)) return result;
  }
  return Decoded{used, NeedMore{}};
}

TEST(HttpLimits, AreJudgedOnContentNotOnArrival) {
  struct Case {
    const char* name;
    std::string client;
    const char* error;  // null: a call
    std::size_t at;
  };
  const auto get = [](const std::string& headers) {
    return fmt::format("GET / HTTP/1.1\r\n{}{}\r\n", kHost, headers);
  };
  const std::string chunked = get("Transfer-Encoding: chunked\r\n");
  const std::string frame = get("X: \r\n");
  const std::string too_many = [] {
    std::string lines;
    for (std::size_t i = 0; i < kMaxHeaderFields; ++i) lines += "a: b\r\n";
    return lines;
  }();
  const std::string long_head = "the header section is longer than 1048576 bytes";
  const Case kCases[] = {
      {"the longest head", get("X: " + std::string(kMaxHead - frame.size(), 'x') + "\r\n"), nullptr, 0},
      {"a head too long", get("X: " + std::string(kMaxHead - frame.size() + 1, 'x') + "\r\n"),
       long_head.c_str(), kMaxHead},
      {"a line without end", "GET /" + std::string(2 * kMaxHead, 'x'), long_head.c_str(), kMaxHead},
      {"the most headers", get(too_many.substr(6)), nullptr, 0},
      {"too many headers", get(too_many), "more than 2000 header fields", 25 + 6 * (kMaxHeaderFields - 1)},
      {"the longest chunk line",
       chunked + "1;a=" + std::string(kMaxChunkLine - 6, 'x') + "\r\nz\r\n0\r\n\r\n", nullptr, 0},
      {"a chunk line too long", chunked + "1;a=" + std::string(kMaxChunkLine, 'x') + "\r\nz\r\n0\r\n\r\n",
       "the line of a chunk is longer than 16384 bytes", chunked.size() + kMaxChunkLine},
      {"trailers too long", chunked + "0\r\nX: " + std::string(kMaxHead, 'x') + "\r\n\r\n", long_head.c_str(),
       chunked.size() + kMaxHead},
  };
  for (const Case& row : kCases) {
    for (const std::size_t size : {row.client.size(), std::size_t{4096}, std::size_t{777}}) {
      HttpDecoder decoder({"http", "a", 80});
      const auto result = first_event(decoder, row.client, size);
      EXPECT_EQ(result.has_value(), row.error == nullptr) << row.name << " in pieces of " << size;
      if (result) {
        EXPECT_TRUE(std::holds_alternative<Call>(result->event)) << row.name << " in pieces of " << size;
      }
      if (result || row.error == nullptr) continue;
      EXPECT_EQ(result.error().what, row.error) << row.name << " in pieces of " << size;
      EXPECT_EQ(result.error().at, row.at) << row.name << " in pieces of " << size;
    }
  }
}

TEST(HttpBody, IsUsedAsItArrives) {
  HttpDecoder decoder({"http", "a", 80});
  std::string out;
  const std::string head = fmt::format("POST / HTTP/1.1\r\n{}Content-Length: 1000000000\r\n\r\n", kHost);
  const auto first = decoder.decode(head + "12345", out);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->used, head.size() + 5);
  const std::string piece(1000, 'x');
  for (int i = 0; i < 1000; ++i) {
    const auto more = decoder.decode(piece, out);
    ASSERT_TRUE(more);
    EXPECT_EQ(more->used, piece.size());
    EXPECT_TRUE(std::holds_alternative<NeedMore>(more->event));
  }
}

TEST(HttpBody, InManySmallChunksIsWhole) {
  std::string client = fmt::format("POST / HTTP/1.1\r\n{}Transfer-Encoding: chunked\r\n\r\n", kHost);
  std::string wanted;
  for (int i = 0; i < 20'000; ++i) {
    client += "2\r\nab\r\n";
    wanted += "ab";
  }
  client += "0\r\n\r\n";
  for (const std::size_t size : {client.size(), std::size_t{1}, std::size_t{3}}) {
    HttpDecoder decoder({"http", "a", 80});
    const auto result = first_event(decoder, client, size);
    ASSERT_TRUE(result && std::holds_alternative<Call>(result->event));
    EXPECT_EQ(std::get<Call>(result->event).fields["body"], wanted);
  }
}

TEST(HttpError, IsWhatTheProgramSees) {
  EXPECT_EQ(http_bad_request({17, "CR without LF"}),
            "HTTP/1.1 400 Bad Request\r\nx-bigfoot: undecoded\r\nContent-Type: text/plain; "
            "charset=utf-8\r\nContent-Length: 47\r\n"
            "Connection: close\r\n\r\nbigfoot: bad request at byte 17: CR without LF\n");
}

TEST(Coding, BothWays) {
  const std::string body = "hello hello hello hello " + std::string(100'000, 'z');
  for (const char* coding :
       {"gzip", "x-gzip", "deflate", "br", "zstd", "GZIP", "deflate, gzip", "br,zstd", "identity", ""}) {
    for (const std::string& plain : {body, std::string("x"), std::string()}) {
      const auto coded = apply_content_codings(coding, plain);
      ASSERT_TRUE(coded) << coding;
      EXPECT_EQ(undo_content_codings(coding, *coded), plain) << coding;
    }
  }
  EXPECT_EQ(apply_content_codings("rot13", "x").error(), "content coding 'rot13' is not known");
  EXPECT_EQ(undo_content_codings("gzip,gzip,gzip,gzip,gzip", "x").error(), "more than 4 content codings");
}

TEST(Coding, EndsEarlyOrGoesOnAfterItsEnd) {
  for (const char* coding : {"gzip", "deflate", "br", "zstd"}) {
    const std::string coded =
        *apply_content_codings(coding, "some text that is long enough to be cut in two");
    for (std::size_t size = 1; size < coded.size(); ++size)
      EXPECT_FALSE(undo_content_codings(coding, coded.substr(0, size))) << coding << " cut at " << size;
    EXPECT_FALSE(undo_content_codings(coding, coded + "!!!!!!")) << coding;
  }
  const std::string member = *apply_content_codings("gzip", "a");
  EXPECT_EQ(undo_content_codings("gzip", member + member), "aa") << "RFC 1952: members follow each other";
}

TEST(Coding, BombsStopAtTheLimit) {
  for (const char* coding : {"gzip", "deflate", "br", "zstd"}) {
    const std::string bomb = *apply_content_codings(coding, std::string(1'000'000, '\0'));
    EXPECT_EQ(undo_content_codings(coding, bomb, 999'999).error(),
              fmt::format("{}: the decoded body is larger than 999999 bytes", coding));
    EXPECT_TRUE(undo_content_codings(coding, bomb, 1'000'000)) << coding;
  }
}

TEST(HttpReplyCoding, IsWhatTheSpecNames) {
  for (const char* coding : {"gzip", "br"}) {
    HttpDecoder decoder({"http", "a", 80});
    std::string out;
    decoder.encode({{"headers", {{"content-encoding", coding}}}, {"json", {{"a", 1}}}}, out);
    EXPECT_EQ(undo_content_codings(coding, out.substr(out.find("\r\n\r\n") + 4)), R"({"a":1})") << coding;
    const std::string packed = *apply_content_codings("gzip", "x");
    out.clear();
    decoder.encode({{"headers", {{"content-encoding", "gzip"}}}, {"body", packed}}, out);
    EXPECT_TRUE(out.ends_with("\r\n\r\n" + packed)) << "a compressed file is not compressed again";
  }
}

struct ReplyCase {
  const char* name;
  std::vector<const char*> methods;
  const char *server, *wanted;
};
const ReplyCase kReplies[] = {
    {"a length", {"GET"}, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "reply 200 OK |hi|\n"},
    {"HEAD has no body",
     {"HEAD", "GET"},
     "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n",
     "reply 200 OK ||\nreply 201 Created ||\n"},
    {"chunks and trailers",
     {"GET"},
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX: 1\r\n\r\n",
     "reply 200 OK |hi| [[\"x\",\"1\"]]\n"},
    {"to the end", {"GET"}, "HTTP/1.0 200 OK\r\n\r\nall of it", "reply 200 OK |all of it|\n"},
    {"no reason", {"GET"}, "HTTP/1.1 404 \r\nContent-Length: 0\r\n\r\n", "reply 404  ||\n"},
    {"304 with a length",
     {"GET"},
     "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
     "reply 304 Not Modified ||\n"},
    {"100 first",
     {"PUT"},
     "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
     "informational 100 Continue ||\nreply 204 No Content ||\n"},
    {"an upgrade",
     {"GET"},
     "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
     "switch upgrade\n"},
    {"a tunnel", {"CONNECT"}, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "switch tunnel\n"},
    {"a tunnel refused",
     {"CONNECT"},
     "HTTP/1.1 407 No\r\nContent-Length: 2\r\n\r\nno",
     "reply 407 No |no|\n"},
    {"a broken coding",
     {"GET"},
     "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nhi",
     "reply 200 OK |hi| gzip: incorrect header check\n"},
    {"nobody asked", {}, "HTTP/1.1 200 OK\r\n\r\n", "error at 0: a reply without a request\n"},
    {"no HTTP", {"GET"}, "SSH-2.0-OpenSSH\r\n", "error at 0: expected HTTP/1.0 or HTTP/1.1\n"},
    {"cut short",
     {"GET"},
     "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi",
     "error at 40: the stream ends inside the body of a message\n"},
};

std::string play_reply(const ReplyCase& row, std::size_t piece) {
  HttpReplyDecoder decoder;
  for (const char* method : row.methods) decoder.expect(method);
  const std::string server = row.server;
  std::string log;
  std::size_t used = 0, end = 0;
  const auto take = [&](const DecodeResult& result) {
    if (!result) {
      log += fmt::format("error at {}: {}\n", used + result.error().at, result.error().what);
      return false;
    }
    used += result->used;
    const auto show = [&](const std::string& op, const Fields& f) {
      log += fmt::format("{} {} {} |{}|", op, f["status"].get<int>(), f["reason"].get<std::string>(),
                         f["body"].get<std::string>());
      if (f.contains("trailers")) log += " " + f["trailers"].dump();
      if (f.contains("coding_error")) log += " " + f["coding_error"].get<std::string>();
      log += "\n";
    };
    if (const auto* call = std::get_if<Call>(&result->event)) show(call->op, call->fields);
    if (const auto* aside = std::get_if<Aside>(&result->event)) show(aside->op, aside->fields);
    if (const auto* to = std::get_if<Switch>(&result->event)) log += "switch " + to->protocol + "\n";
    return !std::holds_alternative<NeedMore>(result->event);
  };
  while (end < server.size()) {
    end = std::min(end + piece, server.size());
    for (;;) {
      const auto copy = test::exact_copy(std::string_view(server).substr(used, end - used));
      const DecodeResult result = decoder.decode({copy.data(), copy.size()});
      const bool more = take(result);
      if (!result) return log;
      if (!more) break;
    }
  }
  take(decoder.finish(std::string_view(server).substr(used)));
  return log;
}

TEST(HttpReply, ReadsTheSameHoweverItIsCut) {
  for (const ReplyCase& row : kReplies)
    for (const std::size_t piece : {1u, 2u, 7u, 1000u})
      EXPECT_EQ(play_reply(row, piece), row.wanted) << row.name << " in pieces of " << piece;
}

}  // namespace
}  // namespace bigfoot
