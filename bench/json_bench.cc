// json_bench [FILE…]: MB/s of Document::Parse and Writer over the given documents (plain, .gz, .bz2, .zst), or over a
// made-up bundle. Best of several rounds, one thread.
#include <algorithm>
#include <cstdio>

#include "base/clock.h"
#include "bytes/reader.h"
#include "json/value.h"
#include "json/writer.h"

namespace qianxian {
namespace {

constexpr int kRounds = 7;

Result<std::string> ReadWhole(const std::string& path) {
  QX_TRY(std::unique_ptr<bytes::Reader> reader, bytes::Reader::Open(path));
  std::string text, piece(1 << 20, '\0');
  while (true) {
    QX_TRY(size_t got, reader->Read(piece.data(), piece.size()));
    if (got == 0) return text;
    text.append(piece, 0, got);
  }
}

std::string MadeUpBundle(int entries) {
  json::Writer writer;
  writer.BeginObject().Member("resourceType", "Bundle").Member("type", "collection").Name("entry").BeginArray();
  for (int i = 0; i < entries; ++i) {
    writer.BeginObject().Name("resource").BeginObject().Member("resourceType", "Observation").Member("id", std::to_string(i));
    writer.Member("status", "final").Name("code").BeginObject().Name("coding").BeginArray().BeginObject();
    writer.Member("system", "http://loinc.org").Member("code", "8480-6").Member("display", "收缩压").EndObject().EndArray().EndObject();
    writer.Name("subject").BeginObject().Member("reference", "Patient/" + std::to_string(i % 977)).EndObject();
    writer.Member("effectiveDateTime", "2025-07-01T08:30:00+08:00").Name("valueQuantity").BeginObject();
    writer.Name("value").Number(std::to_string(100 + i % 80) + ".0").Member("unit", "mmHg").EndObject().EndObject().EndObject();
  }
  return writer.EndArray().EndObject().Take();
}

void Copy(json::Value value, json::Writer& writer) {
  switch (value.kind()) {
    case json::Kind::kString: writer.String(value.AsString()); return;
    case json::Kind::kArray:
      writer.BeginArray();
      for (json::Value element : value.Elements()) Copy(element, writer);
      writer.EndArray();
      return;
    case json::Kind::kObject:
      writer.BeginObject();
      for (json::Member member : value.Members()) Copy(member.value, writer.Name(member.name));
      writer.EndObject();
      return;
    default: writer.Raw(value.Raw());
  }
}

int Run(const std::vector<std::string>& texts) {
  SystemClock clock;
  size_t size = 0, written = 0;
  int64_t best_parse = INT64_MAX, best_write = INT64_MAX;
  for (const std::string& text : texts) size += text.size();
  for (int round = 0; round < kRounds; ++round) {
    int64_t parse = 0, write = 0;
    written = 0;
    for (const std::string& text : texts) {
      std::string copy = text;
      int64_t start = clock.MonotonicNanoseconds();
      auto document = json::Document::Parse(std::move(copy));
      parse += clock.MonotonicNanoseconds() - start;
      if (!document.ok()) {
        std::fprintf(stderr, "%s\n", document.error().en.c_str());
        return 1;
      }
      start = clock.MonotonicNanoseconds();
      json::Writer writer;
      Copy(document->root(), writer);
      written += writer.text().size();
      write += clock.MonotonicNanoseconds() - start;
    }
    best_parse = std::min(best_parse, parse);
    best_write = std::min(best_write, write);
  }
  auto speed = [](size_t bytes, int64_t nanoseconds) { return static_cast<double>(bytes) * 1e3 / static_cast<double>(nanoseconds); };
  std::printf("%-8s %12s %10s\n", "what", "bytes", "MB/s");
  std::printf("%-8s %12zu %10.0f\n", "parse", size, speed(size, best_parse));
  std::printf("%-8s %12zu %10.0f\n", "write", written, speed(written, best_write));
  return 0;
}

}  // namespace
}  // namespace qianxian

int main(int count, char** arguments) {
  std::vector<std::string> texts;
  for (int i = 1; i < count; ++i) {
    auto text = qianxian::ReadWhole(arguments[i]);
    if (!text.ok()) {
      std::fprintf(stderr, "%s\n", text.error().en.c_str());
      return 2;
    }
    texts.push_back(std::move(text).value());
  }
  if (texts.empty()) texts.push_back(qianxian::MadeUpBundle(20'000));
  return qianxian::Run(texts);
}
