#include "app/serve_settings.h"

#include <filesystem>

#include "base/files.h"

namespace qianxian::app {
namespace {

constexpr const char* kFileName = "/qianxian.toml";

Error Wrong(const std::string& file, const std::string& en, const std::string& zh) { return Invalid("bad-configuration", file + ": " + en, file + "：" + zh); }

Result<std::vector<api::AddressRange>> AllowedAddresses(const operate::Configuration& configuration, const std::string& file) {
  std::vector<api::AddressRange> ranges;
  for (const std::string& text : configuration.Texts("metrics.allow")) {
    Result<api::AddressRange> range = api::AddressRange::Parse(text);
    if (!range.ok()) return Wrong(file, "metrics.allow: " + range.error().en, "metrics.allow：" + range.error().zh);
    ranges.push_back(std::move(*range));
  }
  return ranges;
}

bool SameFolder(const std::string& a, const std::string& b) {
  std::error_code error;
  return a == b || std::filesystem::weakly_canonical(a, error) == std::filesystem::weakly_canonical(b, error);
}

}  // namespace

Result<operate::Configuration> ReadConfiguration(const std::string& file) {
  if (!FileExists(file)) return Invalid("no-such-file", "There is no configuration file " + file + ".", "没有配置文件 " + file + "。");
  QX_TRY(const std::string text, ReadFile(file));
  QX_TRY(operate::Configuration configuration, operate::Configuration::Parse(text, file));
  QX_DO(AllowedAddresses(configuration, file));
  if (configuration.Text("tls.certificate").empty() != configuration.Text("tls.key").empty()) {
    return Wrong(file, "tls.certificate and tls.key go together", "tls.certificate 与 tls.key 须同时填写");
  }
  return configuration;
}

api::RateLimits RateLimitsOf(const operate::Configuration& configuration) {
  return {.account = configuration.Whole("limits.account_requests_per_second"),
          .address = configuration.Whole("limits.address_requests_per_second"),
          .open = configuration.Whole("limits.open_requests_per_second")};
}

Result<ServeSettings> SettingsOf(const ServeOptions& options) {
  ServeSettings settings;
  settings.options = options;
  const std::string beside = options.folder.directory + kFileName;
  if (!options.configuration_file.empty()) settings.file = options.configuration_file;
  else if (FileExists(beside)) settings.file = beside;
  if (settings.file.empty()) return settings;
  QX_TRY(settings.configuration, ReadConfiguration(settings.file));
  const operate::Configuration& file = settings.configuration;
  // A file in a data folder is that folder's.
  if (options.configuration_file.empty() && file.Given("data") && !SameFolder(file.Text("data"), options.folder.directory)) {
    return Wrong(settings.file, "data names another folder than the one that this file is in: give the file with --config", "data 指向另一个目录：请用 --config 指定此文件");
  }
  QX_TRY(settings.metrics_allow, AllowedAddresses(file, settings.file));
  ServeOptions& all = settings.options;
  const auto wanted = [&](const char* option, const char* key) { return !options.given.contains(option) && file.Given(key); };
  const auto text = [&](const char* option, const char* key, std::string& to) {
    if (wanted(option, key)) to = file.Text(key);
  };
  text("--data", "data", all.folder.directory);
  text("--packs", "packs", all.folder.packs_directory);
  text("--address", "address", all.address);
  text("--web", "web", all.web_directory);
  text("--ca", "tls.ca", all.ca_file);
  text("--public-address", "public_address", all.public_address);
  // The two are one: a certificate of the command line does not go with the file's key.
  if (!options.given.contains("--certificate")) {
    text("--certificate", "tls.certificate", all.certificate_file);
    text("--key", "tls.key", all.key_file);
  }
  if (wanted("--port", "port")) all.port = static_cast<uint16_t>(file.Whole("port"));
  if (wanted("--hook", "hooks")) all.hooks = file.Texts("hooks");
  if (wanted("--tls-1.2", "tls.tls_1_2")) all.tls_1_2 = file.Flag("tls.tls_1_2");
  if (wanted("--behind-proxy", "behind_proxy")) all.behind_proxy = file.Flag("behind_proxy");
  return settings;
}

}  // namespace qianxian::app
