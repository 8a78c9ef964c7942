// qianxian: one program, its subcommands. Reads the command line and hands over; everything else is in the files beside.
#include <sys/stat.h>

#include <CLI/CLI.hpp>

#include "app/commands.h"
#include "app/terminal.h"
#include "base/limits.h"

namespace qianxian::app {
namespace {

constexpr const char* kAbout =
    "千县 Qianxian：县域医共体，让大病不出县 · keeps serious illness treatable at home\n"
    "退出码 exit codes: 0 完成 done, 1 检查发现问题 check found faults, 2 未能完成 could not be done";

void AddFolder(CLI::App& command, FolderOptions& folder, bool packs) {
  command.add_option("--data", folder.directory, "数据目录 · data folder")->capture_default_str()->type_name("DIR");
  if (packs) command.add_option("--packs", folder.packs_directory, "知识包目录 · folder of the packs")->type_name("DIR");
}

void AddClockFile(CLI::App& command, FolderOptions& folder) {
  command.add_option("--clock-file", folder.clock_file, "时间取自文件，仅供测试 · the time stands in a file, for tests only")->type_name("FILE")->group("");
}

using Run = std::function<int()>;

void AddServe(CLI::App& app, Run& run) {
  auto options = std::make_shared<ServeOptions>();
  CLI::App* command = app.add_subcommand("serve", "启动服务：网页、接口、FHIR · serve the page, the API and FHIR");
  AddFolder(*command, options->folder, true);
  command->add_option("--config", options->configuration_file, "配置文件（TOML），默认为数据目录中的 qianxian.toml（若有）· configuration file; default: qianxian.toml in the data folder, if there is one")
      ->type_name("FILE");
  command->add_option("--port", options->port, "端口，0 为任意空闲端口 · port, 0 = any free one")->capture_default_str();
  command->add_option("--address", options->address, "监听地址 · address to listen on")->capture_default_str();
  AddClockFile(*command, options->folder);
  command->add_option("--web", options->web_directory, "网页目录 · folder of the built page")->type_name("DIR");
  command->add_option("--hook", options->hooks, "允许订阅通知发往的主机（除本机外）· hosts that subscriptions may send to, beside this machine")
      ->type_name("HOST[:PORT]");
  CLI::Option* certificate = command->add_option("--certificate", options->certificate_file,
                                                 "https：证书及证书链（PEM），更换后发送 SIGHUP · certificate and its chain in PEM: serve https; SIGHUP reads it again")
                                 ->type_name("FILE");
  CLI::Option* key = command->add_option("--key", options->key_file, "证书的私钥（PEM，仅本用户可读）· its private key in PEM, readable by its owner only")
                         ->type_name("FILE")->needs(certificate);
  certificate->needs(key);
  command->add_flag("--tls-1.2", options->tls_1_2, "同时接受 TLS 1.2（默认仅 1.3）· TLS 1.2 too, not only 1.3")->needs(certificate);
  command->add_option("--ca", options->ca_file, "向外 https 请求所信任的签发机构（PEM，默认为系统信任库）· who vouches for https elsewhere; default: whom this system trusts")
      ->type_name("FILE");
  command->add_flag("--behind-proxy", options->behind_proxy,
                    "仅经反向代理访问：采信 X-Forwarded-Proto、X-Forwarded-For · reached through a proxy alone: believe what it says of a request");
  command->add_option("--public-address", options->public_address, "对外地址，应用授权（OAuth）和通行密钥以此为准 · where others reach this server: the issuer of OAuth, the site of passkeys")
      ->type_name("https://HOST[:PORT]")
      ->check([](const std::string& address) {
        const size_t begin = address.find("://") + 3;
        const bool good = (address.starts_with("https://") || address.starts_with("http://")) && address.size() > begin &&
                          address.find_first_of("/?#@ ", begin) == std::string::npos;
        return good ? std::string() : std::string("https://HOST[:PORT]，末尾不含斜杠 · without a path");
      });
  command->callback([options, command, &run] {
    for (const CLI::Option* option : command->get_options()) {
      if (option->count() > 0) options->given.insert(option->get_name());
    }
    run = [options] { return RunServe(*options); };
  });
}

void AddImport(CLI::App& app, Run& run) {
  auto options = std::make_shared<ImportOptions>();
  CLI::App* command = app.add_subcommand("import", "导入文件 · import files");
  command->add_option("kind", options->kind, "first-pages | settlements | organizations | population | fhir | codes | package")->required();
  command->add_option("files", options->files, "文件；fhir 也可为目录 · files; for fhir also folders")->required();
  AddFolder(*command, options->folder, false);
  command->add_option("--org", options->organization, "机构代码（首页）· organisation code (first pages)")->type_name("CODE");
  command->add_option("--system", options->system, "代码系统的网址（codes）· URL of the code system (codes)")->type_name("URL");
  command->add_option("--version", options->version, "代码系统的版本（codes）· its version (codes)")->type_name("V");
  command->add_option("--name", options->title, "代码系统的名称（codes）· what it is called (codes)")->type_name("NAME");
  command->add_option("--report", options->report, "被拒绝行的报告 · report of rejected rows")->type_name("OUT.csv");
  command->add_option("--stay-days", options->stay_days, "住院日算法 · how days of stay count (inclusive: out − in + 1)")
      ->check(CLI::IsMember({"exclusive", "inclusive"}))->capture_default_str();
  command->add_option("--format", options->format, "最后一行的格式 · of the last line")->check(CLI::IsMember({"text", "json"}))->capture_default_str();
  command->footer("最后一行 last line: accepted N, unchanged N, replaced N, rejected N");
  command->callback([options, &run] { run = [options] { return RunImport(*options); }; });
}

void AddMeasure(CLI::App& app, Run& run) {
  auto options = std::make_shared<MeasureOptions>();
  CLI::App* command = app.add_subcommand("measure", "计算指标 · compute measures");
  command->add_option("ids", options->measures, "指标，省略为全部 · measures; none = all")->type_name("ID");
  AddFolder(*command, options->folder, true);
  command->add_option("--period", options->period, "2025 | 2025Q3 | 2025-07 | 2025-01..2025-06")->required();
  command->add_option("--org", options->organization, "只看一家机构 · one organisation")->type_name("CODE");
  command->add_option("--region", options->region, "另一个县或一部分 · another county, or a part")->type_name("CODE");
  command->add_option("--by", options->by, "org | month | disease-group | destination (a,b crosses two)");
  command->add_option("--format", options->format)->check(CLI::IsMember({"table", "csv", "json"}))->capture_default_str();
  command->add_option("--language", options->language, "表格语言 · of the table")->check(CLI::IsMember({"zh", "en"}))->capture_default_str();
  command->callback([options, &run] { run = [options] { return RunMeasure(*options); }; });
}

void AddDemo(CLI::App& app, Run& run) {
  auto options = std::make_shared<DemoOptions>();
  CLI::App* command = app.add_subcommand("demo", "生成演示县（人物均为虚构）· make a demonstration county (invented people)");
  AddFolder(*command, options->folder, true);
  command->add_option("--size", options->size, "规模 · size: small | county | province")
      ->check(CLI::IsMember({"tiny", "small", "county", "province"}))->capture_default_str();
  command->add_option("--seed", options->seed, "随机种子 · seed")->capture_default_str();
  command->add_flag("--drop-files", options->drop_files,
                    "导入后即删除生成的文件（默认保留在 DIR/demo-files）· remove each generated file once it is imported (they are kept in DIR/demo-files)");
  command->callback([options, &run] { run = [options] { return RunDemo(*options); }; });
}

void AddPack(CLI::App& app, Run& run) {
  CLI::App* group = app.add_subcommand("pack", "知识包 · packs");
  group->require_subcommand(1);
  auto add = [&](const char* name, const char* about, const char* id, bool required, int (*work)(const PackOptions&)) {
    auto options = std::make_shared<PackOptions>();
    CLI::App* command = group->add_subcommand(name, about);
    command->add_option("--packs", options->packs_directory, "知识包目录 · folder of the packs")->type_name("DIR");
    if (id) command->add_option("id", options->id, id)->required(required);
    command->callback([options, work, &run] { run = [options, work] { return work(*options); }; });
  };
  add("list", "列出 · list", nullptr, false, RunPackList);
  add("show", "显示一个知识包、指标或行动 · show a pack, measure or action", "ID", true, RunPackShow);
  add("check", "检查，错误指明文件和行 · check; faults name file and line", nullptr, false, RunPackCheck);
  add("test", "运行手工计算的病例 · run the hand-computed cases", "只测一个 · one pack only", false, RunPackTest);
}

void AddToken(CLI::App& app, Run& run) {
  auto options = std::make_shared<TokenOptions>();
  CLI::App* command = app.add_subcommand("token", "输出访问令牌 · print a bearer token");
  AddFolder(*command, options->folder, false);
  command->add_option("--user", options->user, "账号 · account")->required()->type_name("NAME");
  command->add_option("--hours", options->hours, "有效小时数，默认 12 · good for so many hours (12)")
      ->check(CLI::Range(1, limits::kTokenHoursMaximum));
  AddClockFile(*command, options->folder);
  command->callback([options, &run] { run = [options] { return RunToken(*options); }; });
}

void AddAccount(CLI::App& app, Run& run) {
  CLI::App* group = app.add_subcommand("account", "账号 · accounts");
  group->require_subcommand(1);
  auto add = [&](const char* name, const char* about, int (*work)(const AccountOptions&)) {
    auto options = std::make_shared<AccountOptions>();
    CLI::App* command = group->add_subcommand(name, about);
    AddFolder(*command, options->folder, false);
    command->callback([options, work, &run] { run = [options, work] { return work(*options); }; });
    return std::pair(command, options);
  };
  add("list", "列出 · list", RunAccountList);
  auto [adding, wanted] = add("add", "新建，输出一次性密码 · make one, prints a one-time password", RunAccountAdd);
  adding->add_option("user", wanted->user, "用户名 · user name")->required();
  adding->add_option("--role", wanted->role, "county-director | insurance-officer | hospital-manager | hospital-it | clinician | viewer | administrator | security-administrator | auditor")->required();
  adding->add_option("--name", wanted->name, "姓名 · name of the person");
  adding->add_option("--org", wanted->organizations, "机构代码，可多个 · organisation codes")->type_name("CODE");
  auto [resetting, of] = add("reset", "重设为一次性密码 · a new one-time password", RunAccountReset);
  resetting->add_option("user", of->user, "用户名 · user name")->required();
  resetting->add_flag("--second-factor", of->second_factor,
                      "改为解除两步验证（密码不变），并退出其全部登录 · take the second factor away instead (the password stays), which ends the user's sessions");
}

void AddAudit(CLI::App& app, Run& run) {
  CLI::App* group = app.add_subcommand("audit", "审计：谁做了什么、看了什么 · who did and saw what");
  group->require_subcommand(1);
  auto add = [&](const char* name, const char* about, int (*work)(const AuditOptions&)) {
    auto options = std::make_shared<AuditOptions>();
    CLI::App* command = group->add_subcommand(name, about);
    AddFolder(*command, options->folder, false);
    command->callback([options, work, &run] { run = [options, work] { return work(*options); }; });
    return std::pair(command, options);
  };
  auto [listing, asked] = add("list", "列出为 CSV，新的在前 · list as CSV, newest first", RunAuditList);
  listing->add_option("--user", asked->user, "账号 · account")->type_name("NAME");
  listing->add_option("--verb", asked->verb, "commit | read | open | openings | vread | history | search | scan | backup | restore | audit");
  listing->add_option("--type", asked->type, "资源类型 · type of resource");
  listing->add_option("--text", asked->text, "编号或查询中的文字 · stands in the id or the query");
  listing->add_option("--from", asked->from, "起始日期 · first day")->type_name("DATE");
  listing->add_option("--to", asked->to, "截止日期（含） · last day")->type_name("DATE");
  add("seals", "输出每日封存，请另行保存 · print the daily seals, to be kept elsewhere", RunAuditSeals);
}

void AddCheck(CLI::App& app, Run& run) {
  auto options = std::make_shared<CheckOptions>();
  CLI::App* command = app.add_subcommand("check", "检查数据并说明检查了什么 · verify the data, say what was verified");
  AddFolder(*command, options->folder, true);
  command->add_option("--seals", options->seals, "另行保存的审计封存 · seals of the audit that were kept elsewhere")->type_name("FILE")->check(CLI::ExistingFile);
  command->callback([options, &run] { run = [options] { return RunCheck(*options); }; });
}

void AddPackage(CLI::App& app, Run& run) {
  CLI::App* group = app.add_subcommand("package", "FHIR 包（以 import package 导入）· FHIR packages (import package brings them)");
  group->require_subcommand(1);
  auto add = [&](const char* name, const char* about, int (*work)(const PackageOptions&)) {
    auto options = std::make_shared<PackageOptions>();
    CLI::App* command = group->add_subcommand(name, about);
    AddFolder(*command, options->folder, false);
    command->callback([options, work, &run] { run = [options, work] { return work(*options); }; });
    return std::pair(command, options);
  };
  add("list", "列出 · list", RunPackageList);
  auto [removing, which] = add("remove", "移除一个版本及其全部资源 · take a version out, with all it brought", RunPackageRemove);
  removing->add_option("name", which->name, "包名 · name")->required();
  removing->add_option("version", which->version, "版本 · version")->required();
}

void AddBackup(CLI::App& app, Run& run) {
  auto options = std::make_shared<BackupOptions>();
  CLI::App* command = app.add_subcommand("backup", "备份到一个文件，服务运行时也可 · back up to one file, also beside a running server");
  command->add_option("file", options->file, "备份文件，须尚不存在 · the file, not there yet")->required();
  AddFolder(*command, options->folder, false);
  command->callback([options, &run] { run = [options] { return RunBackup(*options); }; });
}

void AddRestore(CLI::App& app, Run& run) {
  auto options = std::make_shared<RestoreOptions>();
  CLI::App* command = app.add_subcommand("restore", "从备份恢复到新目录 · restore a backup into a new folder");
  command->add_option("file", options->file, "备份文件 · the backup")->required();
  AddFolder(*command, options->folder, false);
  CLI::Option* t = command->add_option("--t", options->t, "恢复到第 t 次提交后的状态 · as it was after commit t")->type_name("N");
  command->add_option("--at", options->at, "恢复到该时刻的状态（北京时间，除非写明时区） · as it was at that time (China time unless a zone is given)")
      ->type_name("TIME")->excludes(t);
  command->callback([options, &run] { run = [options] { return RunRestore(*options); }; });
}

void AddConfig(CLI::App& app, Run& run) {
  auto options = std::make_shared<ConfigOptions>();
  CLI::App* command = app.add_subcommand("config", "列出全部配置项、默认值和说明 · every key of the configuration, with its default and what it is for");
  command->add_option("--check", options->check_file, "检查一个配置文件，指出错误所在的行 · look at a file, say what is wrong and where")->type_name("FILE");
  command->add_option("--format", options->format)->check(CLI::IsMember({"toml", "markdown"}))->capture_default_str();
  command->callback([options, &run] { run = [options] { return RunConfig(*options); }; });
}

void AddDrill(CLI::App& app, Run& run) {
  auto options = std::make_shared<DrillOptions>();
  CLI::App* command = app.add_subcommand("drill", "恢复演练：把最新的自动备份恢复到临时目录，检查后删除 · restore the newest scheduled backup into a temporary folder, check it, remove it");
  command->add_option("--backup", options->backups, "自动备份的目录 · folder of the scheduled backups")->required()->type_name("DIR");
  command->add_option("--scratch", options->scratch, "临时目录放在哪里（默认系统临时目录）· where the temporary folder goes (default: the system's)")->type_name("DIR");
  command->callback([options, &run] { run = [options] { return RunDrill(*options); }; });
}

template <typename Options>
void AddPlain(CLI::App& app, Run& run, const char* name, const char* about, int (*work)(const Options&)) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(name, about);
  AddFolder(*command, options->folder, true);
  command->callback([options, work, &run] { run = [options, work] { return work(*options); }; });
}

int Main(int argc, char** argv) {
  CLI::App app(kAbout, "qianxian");
  app.require_subcommand(1);
  app.set_help_all_flag("--help-all", "全部子命令的帮助 · help of all subcommands");
  app.set_version_flag("--version", "qianxian 0.1.0");
  Run run;
  AddServe(app, run);
  AddImport(app, run);
  AddMeasure(app, run);
  AddDemo(app, run);
  AddPack(app, run);
  AddToken(app, run);
  AddAccount(app, run);
  AddPackage(app, run);
  AddBackup(app, run);
  AddRestore(app, run);
  AddDrill(app, run);
  AddConfig(app, run);
  AddAudit(app, run);
  AddCheck(app, run);
  AddPlain<RebuildOptions>(app, run, "rebuild", "丢弃并重建索引和数据仓库 · make indexes and warehouse again", RunRebuild);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {   // also --help
    return app.exit(error) == 0 ? kDone : kCouldNot;
  }
  return run();
}

}  // namespace
}  // namespace qianxian::app

int main(int argc, char** argv) {
  umask(S_IRWXG | S_IRWXO);   // what this program writes is about patients: for its own user alone
  return qianxian::app::Main(argc, argv);
}
