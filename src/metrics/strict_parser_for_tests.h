// A strict reader of the Prometheus text format 0.0.4, for tests only, written from the format's description and not from
// the writer: every line must be a HELP, a TYPE or a sample; a family stands in one piece, with HELP and TYPE before its
// samples; names, escapes and numbers are checked; no sample twice; histograms are whole and rise.
// Threads: one. Failures: `error` says the first one.
// Source: https://prometheus.io/docs/instrumenting/exposition_formats/
#pragma once

#include <cmath>
#include <cstdlib>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace qianxian::metrics {

struct ParsedMetrics {
  struct Sample {
    std::string name;
    std::map<std::string, std::string> labels;
    double value = 0;
  };
  std::map<std::string, std::string> types, helps;   // by family
  std::vector<Sample> samples;
  std::string error;                                 // "" = all is well

  // The value of the one sample that has these labels; -1 where there is none.
  double Value(const std::string& name, const std::map<std::string, std::string>& labels = {}) const {
    for (const Sample& sample : samples) {
      if (sample.name == name && sample.labels == labels) return sample.value;
    }
    return -1;
  }
};

class StrictParser {
 public:
  static ParsedMetrics Parse(const std::string& text) {
    StrictParser parser;
    parser.Run(text);
    return parser.out_;
  }

 private:
  void Run(const std::string& text) {
    if (text.empty() || text.back() != '\n') return Fail("the last line must end");
    size_t from = 0;
    while (from < text.size() && out_.error.empty()) {
      const size_t end = text.find('\n', from);
      line_ = text.substr(from, end - from);
      from = end + 1;
      if (line_.rfind("# ", 0) == 0) Comment();
      else ReadSample();
    }
    if (out_.error.empty()) CheckHistograms();
  }

  void Fail(const std::string& why) {
    if (out_.error.empty()) out_.error = why + ": " + line_;
  }

  void Comment() {
    static const std::regex help(R"(# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (([^\\]|\\\\|\\n)*))");
    static const std::regex type(R"(# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram|summary|untyped))");
    std::smatch found;
    if (std::regex_match(line_, found, help)) {
      if (!out_.helps.emplace(found[1], found[2]).second) return Fail("a second HELP");
      family_ = "";
      helped_ = found[1];
    } else if (std::regex_match(line_, found, type)) {
      if (helped_ != found[1].str()) return Fail("TYPE without its HELP before it");
      if (!out_.types.emplace(found[1], found[2]).second) return Fail("a second TYPE");
      family_ = found[1];
      if (found[2] == "counter" && !Ends(family_, "_total")) Fail("a counter without _total");
    } else {
      Fail("neither HELP nor TYPE");
    }
  }

  static bool Ends(const std::string& text, const std::string& end) {
    return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
  }

  void ReadSample() {
    static const std::regex whole(R"(([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(.*)\})? (\S+))");
    std::smatch found;
    if (!std::regex_match(line_, found, whole)) return Fail("no sample");
    ParsedMetrics::Sample sample;
    sample.name = found[1];
    if (found[2].matched && !ReadLabels(found[3], sample.labels)) return;
    const std::string number = found[4];
    char* end = nullptr;
    sample.value = std::strtod(number.c_str(), &end);
    if (*end != '\0' || number.find_first_of("xX") != std::string::npos) return Fail("no number");
    const bool histogram = out_.types[family_] == "histogram";
    std::string wanted = sample.name;
    for (const char* suffix : {"_bucket", "_sum", "_count"}) {
      if (histogram && sample.name == family_ + suffix) wanted = family_;
    }
    if (family_.empty() || wanted != family_ || (histogram && sample.name == family_)) return Fail("outside of its family");
    if (out_.types[family_] == "counter" && !(sample.value >= 0)) return Fail("a negative counter");
    if (!seen_.insert(found[1].str() + found[2].str()).second) return Fail("twice");
    out_.samples.push_back(std::move(sample));
  }

  bool ReadLabels(const std::string& text, std::map<std::string, std::string>& labels) {
    size_t at = 0;
    while (at < text.size()) {
      static const std::regex name(R"(([a-zA-Z_][a-zA-Z0-9_]*)=")");
      std::smatch found;
      const std::string rest = text.substr(at);
      if (!std::regex_search(rest, found, name, std::regex_constants::match_continuous)) return Fail("no label"), false;
      at += static_cast<size_t>(found.length());
      std::string value;
      for (; at < text.size() && text[at] != '"'; ++at) {
        if (text[at] != '\\') { value += text[at]; continue; }
        ++at;
        const char c = at < text.size() ? text[at] : '\0';
        if (c != '\\' && c != '"' && c != 'n') return Fail("an escape that there is not"), false;
        value += c == 'n' ? '\n' : c;
      }
      if (at >= text.size()) return Fail("a label that does not end"), false;
      ++at;
      if (!labels.emplace(found[1], value).second) return Fail("a label twice"), false;
      if (at == text.size()) return true;
      if (text[at] != ',' || at + 1 == text.size()) return Fail("no comma between labels"), false;
      ++at;
    }
    return Fail("no labels in the braces"), false;
  }

  void CheckHistograms() {
    struct Series {
      double last_bound = -1, last_count = 0, count = -1;
      bool ended = false, sum = false;
    };
    std::map<std::string, Series> all;
    for (const ParsedMetrics::Sample& sample : out_.samples) {
      std::string family = sample.name, suffix;
      for (const char* one : {"_bucket", "_sum", "_count"}) {
        if (Ends(sample.name, one)) family = sample.name.substr(0, sample.name.size() - std::string(one).size()), suffix = one;
      }
      if (suffix.empty() || out_.types.count(family) == 0 || out_.types[family] != "histogram") continue;
      std::string key = family;
      for (const auto& [name, value] : sample.labels) {
        if (name != "le") key += "|" + name + "=" + value;
      }
      Series& series = all[key];
      line_ = sample.name;
      if (suffix == "_sum") series.sum = true;
      if (suffix == "_count") series.count = sample.value;
      if (suffix != "_bucket") continue;
      if (sample.labels.count("le") == 0) return Fail("a bucket without le");
      const std::string bound = sample.labels.at("le");
      const double upper = bound == "+Inf" ? HUGE_VAL : std::strtod(bound.c_str(), nullptr);
      if (series.ended || upper <= series.last_bound || sample.value < series.last_count) return Fail("buckets that do not rise");
      series.last_bound = upper;
      series.last_count = sample.value;
      series.ended = bound == "+Inf";
    }
    for (const auto& [key, series] : all) {
      line_ = key;
      if (!series.ended || !series.sum || series.count != series.last_count) return Fail("a histogram that is not whole");
    }
  }

  ParsedMetrics out_;
  std::string line_, family_, helped_;
  std::set<std::string> seen_;
};

}  // namespace qianxian::metrics
