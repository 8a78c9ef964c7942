// The options of `serve` and its configuration file (operate/configuration.h) made one: what stood on the command line wins
// over the file, the file over the defaults. Threads: one. Failures: invalid ("bad-configuration", "no-such-file"); those of
// reading the file.
#pragma once

#include <string>
#include <vector>

#include "api/address_range.h"
#include "api/rate_limit.h"
#include "app/commands.h"
#include "operate/configuration.h"

namespace qianxian::app {

struct ServeSettings {
  ServeOptions options;                    // with what the file says
  operate::Configuration configuration;
  std::string file;                        // that was read; "" = none
  std::vector<api::AddressRange> metrics_allow;
};
Result<ServeSettings> SettingsOf(const ServeOptions& options);

// How much one account, or one address, may ask.
api::RateLimits RateLimitsOf(const operate::Configuration& configuration);

// Reads a file and looks at all that one key says by itself, and at what only several say together.
Result<operate::Configuration> ReadConfiguration(const std::string& file);

}  // namespace qianxian::app
