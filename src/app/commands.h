// The subcommands, one file each. main.cc reads the command line (CLI11) into these options and calls one of them.
// Each returns the program's exit code (terminal.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/folder.h"

namespace qianxian::app {

struct ServeOptions {
  FolderOptions folder;
  std::string address = "127.0.0.1";
  uint16_t port = 8080;
  std::string web_directory;               // "" = found beside the program
  std::vector<std::string> hooks;          // "host" or "host:port" that subscriptions may send to, beside this machine
};
int RunServe(const ServeOptions& options);

struct ImportOptions {
  FolderOptions folder;
  std::string kind;
  std::vector<std::string> files;
  std::string organization;
  std::string system, version, title;      // of a code system
  std::string stay_days = "exclusive";     // or inclusive
  std::string report;
  std::string format = "text";             // or json
};
int RunImport(const ImportOptions& options);

struct MeasureOptions {
  FolderOptions folder;
  std::vector<std::string> measures;       // none: all
  std::string period, organization, region, by;
  std::string format = "table";            // csv, json
  std::string language = "zh";             // of the table
};
int RunMeasure(const MeasureOptions& options);

struct DemoOptions {
  FolderOptions folder;
  std::string size = "small";
  uint64_t seed = 1;
  bool drop_files = false;                 // each generated file goes once it is imported
};
int RunDemo(const DemoOptions& options);

struct PackOptions {
  std::string packs_directory;
  std::string id;                          // show: a pack, a measure, an action; test: a pack
};
int RunPackList(const PackOptions& options);
int RunPackShow(const PackOptions& options);
int RunPackCheck(const PackOptions& options);
int RunPackTest(const PackOptions& options);

struct PackageOptions {
  FolderOptions folder;
  std::string name, version;               // remove
};
int RunPackageList(const PackageOptions& options);
int RunPackageRemove(const PackageOptions& options);

struct TokenOptions {
  FolderOptions folder;
  std::string user;
  int hours = 0;                           // 0 = limits::kTokenHours
};
int RunToken(const TokenOptions& options);

struct CheckOptions {
  FolderOptions folder;
};
int RunCheck(const CheckOptions& options);

struct RebuildOptions {
  FolderOptions folder;
};
int RunRebuild(const RebuildOptions& options);

struct BackupOptions {
  FolderOptions folder;
  std::string file;
};
int RunBackup(const BackupOptions& options);

struct RestoreOptions {
  FolderOptions folder;
  std::string file;
  std::optional<uint64_t> t;               // none: all that the backup holds
  std::string at;                          // or the time, "2026-11-28T10:00", China time unless it names a zone; "" = none
};
int RunRestore(const RestoreOptions& options);

struct AccountOptions {
  FolderOptions folder;
  std::string user, name, role;
  std::vector<std::string> organizations;
};
int RunAccountList(const AccountOptions& options);
int RunAccountAdd(const AccountOptions& options);
int RunAccountReset(const AccountOptions& options);

}  // namespace qianxian::app
