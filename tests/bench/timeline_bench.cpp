// tests/bench/timeline_bench.cpp - What one interaction costs the event loop. Goal: about 2 us for a small HTTP call, so that a mocked
// server keeps up with nginx. Google Benchmark.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <filesystem>

#include "runner/timeline.h"

namespace bigfoot {
namespace {

Interaction small_call(std::uint64_t seq) {
  Interaction interaction;
  interaction.seq = seq;
  interaction.t_ms = static_cast<double>(seq) * 0.017;
  interaction.duration_ms = 0.02;
  interaction.pid = 2;
  interaction.connection = 1;
  interaction.protocol = "http";
  interaction.op = "request";
  interaction.target = "http://127.0.0.1:8080";
  interaction.state = "asserted";
  interaction.expectation = ExpectationRef{"", "bench.toml", 3};
  interaction.request = {{"method", "GET"}, {"url", "http://127.0.0.1:8080/"}, {"headers", Value::array({Value::array({"host", "127.0.0.1:8080"})})}, {"body", ""}};
  interaction.response = {{"status", 200}, {"headers", Value::array({Value::array({"content-type", "text/plain"})})}, {"body", "ok"}};
  return interaction;
}

void add(benchmark::State& state, const std::string& extension) {
  const std::string file = (std::filesystem::temp_directory_path() / ("timeline_bench." + std::to_string(::getpid()) + extension)).string();
  const Redactor redactor({}, [](std::string_view) { return std::nullopt; }, {});
  const auto timeline = *Timeline::open({file}, RunInfo{}, redactor);
  const Interaction call = small_call(1);
  std::uint64_t seq = 0;
  for (auto unused : state) {
    Interaction copy = call;  // its cost is the row "copy"
    copy.seq = ++seq;
    timeline->add(std::move(copy));
  }
  timeline->finish(RunInfo{}, timeline->counts());
  std::filesystem::remove(file);
}

void copy(benchmark::State& state) {
  const Interaction call = small_call(1);
  for (auto unused : state) benchmark::DoNotOptimize(Interaction(call));
}

void redact(benchmark::State& state) {
  const Redactor redactor({}, [](std::string_view) { return "sk_test_0123456789"; }, {"STRIPE_KEY", "DB_PASSWORD"});
  Interaction call = small_call(1);
  for (auto unused : state) redactor.apply(call);
}

BENCHMARK(copy);
BENCHMARK(redact);
BENCHMARK_CAPTURE(add, json, ".json");
BENCHMARK_CAPTURE(add, jsonl, ".jsonl");

}  // namespace
}  // namespace bigfoot

BENCHMARK_MAIN();
