// The subcommands, one file each. main.cc reads the command line (CLI11) into these options and calls one of them.
// Each returns the program's exit code (terminal.h).
#pragma once

#include <cstdint>
#include <optional>
#include <set>
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
  std::string certificate_file, key_file;  // PEM; "" = plain HTTP
  bool tls_1_2 = false;                    // TLS 1.2 too
  std::string ca_file;                     // who vouches for https that is sent to or fetched from; "" = whom the system trusts
  bool behind_proxy = false;               // what a proxy says of a request is believed
  std::string public_address;              // "https://county.cn"; "" = as each request says
  std::string configuration_file;          // "" = DIR/qianxian.toml, if it is there
  std::set<std::string> given;             // names of the options that stood on the command line: they win over the file
};
int RunServe(const ServeOptions& options);

struct ConfigOptions {
  std::string check_file;                  // look at this one, and say what is wrong
  std::string format = "toml";             // or markdown: what is printed otherwise
};
int RunConfig(const ConfigOptions& options);

struct DrillOptions {
  std::string backups;                     // the folder of the scheduled backups
  std::string scratch;                     // "" = the system's folder for temporary files
};
int RunDrill(const DrillOptions& options);

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
  std::string seals;                       // a file with seals of the audit that were kept elsewhere; "" = none
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

struct AuditOptions {
  FolderOptions folder;
  std::string user, verb, type, text;      // "" = any
  std::string from, to;                    // days, both included
};
int RunAuditList(const AuditOptions& options);
int RunAuditSeals(const AuditOptions& options);

struct AccountOptions {
  FolderOptions folder;
  std::string user, name, role;
  std::vector<std::string> organizations;
  bool second_factor = false;              // reset this, and not the password
};
int RunAccountList(const AccountOptions& options);
int RunAccountAdd(const AccountOptions& options);
int RunAccountReset(const AccountOptions& options);

}  // namespace qianxian::app
