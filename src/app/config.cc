#include <cstdio>

#include "app/commands.h"
#include "app/serve_settings.h"
#include "app/terminal.h"

namespace qianxian::app {

int RunConfig(const ConfigOptions& options) {
  if (!options.check_file.empty()) {
    const Result<operate::Configuration> configuration = ReadConfiguration(options.check_file);
    if (!configuration.ok()) {
      Fail(configuration.error());
      return configuration.error().code == "bad-configuration" ? kDamaged : kCouldNot;
    }
    std::printf("配置文件无误 · the configuration is in order: %s\n", options.check_file.c_str());
    return kDone;
  }
  const std::string text = options.format == "markdown" ? operate::ConfigurationAsMarkdown() : operate::ConfigurationAsToml();
  std::fputs(text.c_str(), stdout);
  return kDone;
}

}  // namespace qianxian::app
