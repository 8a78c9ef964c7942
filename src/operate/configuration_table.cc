#include <algorithm>

#include "base/limits_rate.h"
#include "base/text.h"
#include "operate/configuration.h"

namespace qianxian::operate {
namespace {

constexpr int64_t kMostPort = 65'535;

Status CheckTimeOfDay(std::string_view text) {
  QX_DO(ParseTimeOfDay(text));
  return Ok();
}

Status CheckPublicAddress(std::string_view text) {
  const size_t begin = text.find("://");
  const bool http = StartsWith(text, "https://") || StartsWith(text, "http://");
  if (text.empty() || (http && text.size() > begin + 3 && text.find_first_of("/?#@ ", begin + 3) == std::string_view::npos)) return Ok();
  return Invalid("bad-address", "it is https://HOST[:PORT], without a path", "应写作 https://主机[:端口]，末尾不含斜杠");
}

constexpr Key kKeys[] = {
    {.name = "data", .standard = "\"./data\"", .zh = "数据目录", .en = "The data folder."},
    {.name = "address", .standard = "\"127.0.0.1\"", .zh = "监听地址；\"0.0.0.0\" 允许其他机器访问", .en = "The address to listen on; \"0.0.0.0\" lets other machines in."},
    {.name = "port", .type = ValueType::kWhole, .standard = "8080", .zh = "端口，0 为任意空闲端口", .en = "The port; 0 is any free one.", .least = 0, .most = kMostPort},
    {.name = "packs", .standard = "\"\"", .zh = "知识包目录；空为程序自带", .en = "The folder of the packs; empty: those that came with the program."},
    {.name = "web", .standard = "\"\"", .zh = "网页目录；空为程序自带", .en = "The folder of the built page; empty: that which came with the program."},
    {.name = "behind_proxy", .type = ValueType::kFlag, .standard = "false", .zh = "仅经反向代理访问时为 true：采信代理所写的 X-Forwarded-Proto、X-Forwarded-For",
     .en = "true when it is reached through a proxy alone: X-Forwarded-Proto and X-Forwarded-For are believed."},
    {.name = "public_address", .standard = "\"\"", .zh = "对外地址，如 \"https://county.cn\"，应用授权（OAuth）和通行密钥以此为准；空为按每个请求",
     .en = "Where others reach this server, \"https://county.cn\": the issuer of OAuth, the site of passkeys; empty: as each request says.", .check = CheckPublicAddress},
    {.name = "hooks", .type = ValueType::kTexts, .standard = "[]", .zh = "订阅通知可以发往的主机（本机之外），写作 \"主机\" 或 \"主机:端口\"",
     .en = "Hosts that subscriptions may send to, beside this machine: \"host\" or \"host:port\"."},

    {.name = "tls.certificate", .standard = "\"\"", .zh = "https 的证书及证书链（PEM）；空为普通 http。更换后发送 SIGHUP", .en = "The certificate and its chain (PEM): serve https; empty: plain http. SIGHUP reads it again."},
    {.name = "tls.key", .standard = "\"\"", .zh = "证书的私钥（PEM），仅运行服务的用户可读", .en = "Its private key (PEM), readable by the server's own user only."},
    {.name = "tls.tls_1_2", .type = ValueType::kFlag, .standard = "false", .zh = "同时接受 TLS 1.2（默认仅 1.3）", .en = "TLS 1.2 too, not only 1.3."},
    {.name = "tls.ca", .standard = "\"\"", .zh = "向外 https 请求所信任的签发机构（PEM）；空为系统信任库", .en = "Who vouches for https elsewhere (PEM); empty: whom this system trusts."},

    {.name = "log.format", .standard = "\"text\"", .zh = "日志格式：text 供人阅读，json 每行一个 JSON 对象", .en = "text for people, json for programs: one JSON object a line.", .choices = "text|json"},
    {.name = "log.level", .standard = "\"info\"", .zh = "记录的最低级别", .en = "The least that is written.", .choices = "debug|info|warning|error"},
    {.name = "log.requests", .standard = "\"failed\"",
     .zh = "记录哪些请求：none 不记，failed 只记服务器出错（5xx）和慢的，changes 另记会改变数据的，all 全部",
     .en = "Which requests are written: none; failed: server errors (5xx) and slow ones; changes: also those that change something; all.", .choices = "none|failed|changes|all"},
    {.name = "log.slow_milliseconds", .type = ValueType::kWhole, .standard = "2000", .zh = "超过这个时间算慢", .en = "A request is slow when it took longer.", .least = 1, .most = 3'600'000},

    {.name = "backup.folder", .standard = "\"\"", .zh = "自动备份存放的目录，须已存在，最好在另一块磁盘上；空为不自动备份",
     .en = "The folder for scheduled backups; it must be there, best on another disk. Empty: no scheduled backups."},
    {.name = "backup.at", .standard = "\"02:30\"", .zh = "每天备份的时间（北京时间）", .en = "When, each day (China time).", .check = CheckTimeOfDay},
    {.name = "backup.keep_days", .type = ValueType::kWhole, .standard = "14", .zh = "保留最近多少天的备份，每天一个", .en = "Backups of so many days are kept, one a day.", .least = 1, .most = 3660},
    {.name = "backup.keep_weeks", .type = ValueType::kWhole, .standard = "8", .zh = "再保留最近多少周的备份，每周一个", .en = "And of so many weeks, one a week.", .least = 0, .most = 520},
    {.name = "backup.keep_months", .type = ValueType::kWhole, .standard = "12", .zh = "再保留最近多少个月的备份，每月一个", .en = "And of so many months, one a month.", .least = 0, .most = 120},

    {.name = "metrics.allow", .type = ValueType::kTexts, .standard = "[]", .zh = "除本机外，哪些地址可以不登录读取 /metrics：\"10.1.2.3\" 或 \"10.1.2.0/24\"",
     .en = "Who may read /metrics without signing in, beside this machine: \"10.1.2.3\" or \"10.1.2.0/24\"."},
    {.name = "ready.lag_commits", .type = ValueType::kWhole, .standard = "20000", .zh = "数据仓库落后超过多少次提交时，/ready 答 503", .en = "/ready answers 503 when the warehouse is behind by more commits.",
     .least = 0, .most = 1'000'000'000},
    {.name = "ready.disk_free_megabytes", .type = ValueType::kWhole, .standard = "2048", .zh = "数据磁盘剩余空间低于多少 MiB 时，/ready 答 503",
     .en = "/ready answers 503 when the data folder's disk has less room (MiB).", .least = 0, .most = 1'000'000'000},

    {.name = "limits.body_megabytes", .type = ValueType::kWhole, .standard = "64", .zh = "一个请求内容的上限（MiB）", .en = "The largest body of a request (MiB).", .least = 1, .most = 1024},
    {.name = "limits.upload_megabytes", .type = ValueType::kWhole, .standard = "16384", .zh = "一个上传文件的上限（MiB）", .en = "The largest uploaded file (MiB).", .least = 1, .most = 1'048'576},
    {.name = "limits.connections", .type = ValueType::kWhole, .standard = "2048", .zh = "同时的连接数上限", .en = "Connections at once.", .least = 16, .most = 100'000},
    {.name = "limits.queued_requests", .type = ValueType::kWhole, .standard = "1024", .zh = "排队请求数上限，超过答 503", .en = "Requests that wait; more are answered 503.", .least = 1, .most = 100'000},
    {.name = "limits.workers", .type = ValueType::kWhole, .standard = "64", .zh = "处理请求的线程数", .en = "Threads that work on requests.", .least = 1, .most = 1024},
    {.name = "limits.account_requests_per_second", .type = ValueType::kWhole, .standard = "0",
     .zh = "一个账号（应用代其访问时，为该账号与该应用）每秒的请求数，超过答 429；0 为不限。正式运行建议 1200，对接接口成批写入和压力测试时为 0",
     .en = "Requests a second of one account (and of each program that acts for it); more are answered 429. 0: no limit. 1200 is good for a county at work; 0 for bulk loads by an interface and for measurements.",
     .least = 0, .most = limits::kRatePerSecondMaximum},
    {.name = "limits.address_requests_per_second", .type = ValueType::kWhole, .standard = "20",
     .zh = "一个地址（IPv6 按前 64 位）每秒未登录的请求数：登录、令牌、会话已失效的请求；一次输错的密码计 10 次。超过答 429；0 为不限",
     .en = "Requests a second without a session from one address (IPv6: its first 64 bits): sign-ins, tokens, sessions that ended; a wrong password counts ten times. More are answered 429. 0: no limit.",
     .least = 0, .most = limits::kRatePerSecondMaximum},
    {.name = "limits.open_requests_per_second", .type = ValueType::kWhole, .standard = "1000",
     .zh = "一个地址每秒读取网页文件和公开文档的请求数，超过答 429；0 为不限",
     .en = "Requests a second of one address for the page's files and what else is open to all; more are answered 429. 0: no limit.", .least = 0, .most = limits::kRatePerSecondMaximum},
};

std::string_view TypeName(const Key& key) {
  switch (key.type) {
    case ValueType::kText: return "text";
    case ValueType::kWhole: return "whole number";
    case ValueType::kFlag: return "true/false";
    case ValueType::kTexts: return "list of texts";
  }
  return "";
}

// "0 – 65535", "text | json"
std::string Bounds(const Key& key) {
  if (key.type == ValueType::kWhole) return std::to_string(key.least) + " – " + std::to_string(key.most);
  return ReplaceAll(key.choices, "|", " | ");
}

// "log" and "format"; "" and "port"
std::pair<std::string_view, std::string_view> Parts(std::string_view name) {
  const size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return {"", name};
  return {name.substr(0, dot), name.substr(dot + 1)};
}

}  // namespace

std::span<const Key> Keys() { return kKeys; }

Result<int> ParseTimeOfDay(std::string_view text) {
  const auto digit = [&](size_t i) { return text[i] >= '0' && text[i] <= '9' ? text[i] - '0' : 1000; };
  if (text.size() == 5 && text[2] == ':') {
    const int hours = digit(0) * 10 + digit(1), minutes = digit(3) * 10 + digit(4);
    if (hours < 24 && minutes < 60) return hours * 60 + minutes;
  }
  return Invalid("bad-time", "a time of day is 00:00 … 23:59", "时间应为 00:00 至 23:59");
}

std::string ConfigurationAsToml() {
  std::string out = "# 千县 Qianxian\n# 每一项都可以省略；写出的是默认值。命令行选项优先于本文件。\n"
                    "# Every key may be left out; what stands here are the defaults. The command line has the last word.\n";
  std::string_view table;
  for (const Key& key : Keys()) {
    const auto [of, name] = Parts(key.name);
    if (of != table) out += "\n[" + std::string(of) + "]\n";
    table = of;
    out += "\n# " + std::string(key.zh) + "\n# " + std::string(key.en) + "\n";
    if (const std::string bounds = Bounds(key); !bounds.empty()) out += "# " + bounds + "\n";
    out += std::string(name) + " = " + std::string(key.standard) + "\n";
  }
  return out;
}

std::string ConfigurationAsMarkdown() {
  std::string out = "| key · 配置项 | default · 默认 | | |\n|---|---|---|---|\n";
  for (const Key& key : Keys()) {
    std::string bounds = Bounds(key);
    if (bounds.empty()) bounds = TypeName(key);
    out += "| `" + std::string(key.name) + "` | `" + std::string(key.standard) + "` | " + ReplaceAll(bounds, "|", "\\|") + " | " + std::string(key.zh) + " · " + std::string(key.en) + " |\n";
  }
  return out;
}

}  // namespace qianxian::operate
