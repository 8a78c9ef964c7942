#include "oauth/client.h"

#include <algorithm>
#include <array>

#include "base/limits_oauth.h"
#include "base/text.h"
#include "crypto/jose.h"
#include "json/value.h"
#include "json/writer.h"

namespace qianxian::oauth {
namespace {

constexpr std::array<std::string_view, 3> kLogins = {"none", "secret", "keys"};

Error BadClient(std::string en, std::string zh) { return Invalid("bad-client", std::move(en), std::move(zh)); }

Error BadRedirect(std::string_view uri) {
  const std::string text(uri);
  return Invalid("bad-redirect", "a redirect address is https://…, or http:// on this machine, without # and @: " + text,
                 "回调地址应为 https://…，或本机的 http:// 地址，且不含 # 和 @：" + text);
}

void WriteTexts(json::Writer& writer, std::string_view name, const std::vector<std::string>& texts) {
  writer.Name(name).BeginArray();
  for (const std::string& text : texts) writer.String(text);
  writer.EndArray();
}

}  // namespace

std::string_view Name(Login login) { return kLogins[static_cast<size_t>(login)]; }

Result<Login> ParseLogin(std::string_view name) {
  const auto found = std::find(kLogins.begin(), kLogins.end(), name);
  if (found == kLogins.end()) return BadClient("login is none, secret or keys", "login 只能是 none、secret 或 keys");
  return static_cast<Login>(found - kLogins.begin());
}

Status CheckRedirectUri(std::string_view uri) {
  if (uri.size() > limits::kRedirectUriBytes) return BadRedirect(uri.substr(0, 80));
  for (char c : uri) {
    if (c <= ' ' || c > '~' || c == '#' || c == '"' || c == '<' || c == '>' || c == '\\') return BadRedirect(uri);
  }
  const bool secure = StartsWith(uri, "https://");
  if (!secure && !StartsWith(uri, "http://")) return BadRedirect(uri);
  const std::string_view rest = uri.substr(secure ? 8 : 7);
  const std::string_view authority = rest.substr(0, std::min(rest.find_first_of("/?"), rest.size()));
  if (authority.empty() || authority.find('@') != std::string_view::npos) return BadRedirect(uri);
  const bool literal = authority[0] == '[';
  const size_t end = literal ? authority.find(']') : authority.find(':');
  const std::string_view host = end == std::string_view::npos ? authority : authority.substr(0, literal ? end + 1 : end);
  if (host.empty() || (literal && (end == std::string_view::npos || host.size() <= 2))) return BadRedirect(uri);
  if (!secure && host != "127.0.0.1" && host != "[::1]" && host != "localhost") return BadRedirect(uri);
  return Ok();
}

Status CheckClient(Client& client, const IsType& is_type) {
  if (TrimUnicode(client.name).empty() || client.name.size() > limits::kClientNameBytes || !IsValidUtf8(client.name) || HasControlCharacters(client.name)) {
    return BadClient("a program has a name of 1 to " + std::to_string(limits::kClientNameBytes) + " bytes",
                     "请填写应用名称（1 至 " + std::to_string(limits::kClientNameBytes) + " 字节）");
  }
  if (client.redirect_uris.empty() && client.account.empty()) {
    return BadClient("give a redirect address (people sign in) or an account (it works for itself)", "请填写回调地址（由人登录）或账号（应用自行工作）");
  }
  if (client.redirect_uris.size() > limits::kRedirectUris) return BadClient("too many redirect addresses", "回调地址过多");
  for (const std::string& uri : client.redirect_uris) QX_DO(CheckRedirectUri(uri));
  if (!client.account.empty() && client.login != Login::kKeys) {
    return BadClient("a program that works for itself signs in with keys", "自行工作的应用须使用密钥登录（keys）");
  }
  if (client.login == Login::kKeys) QX_DO(crypto::ParseJwks(client.jwks));
  else if (!client.jwks.empty()) return BadClient("keys are for the login keys only", "仅 keys 登录方式可提交公钥");
  QX_TRY(const Words words, ReadWords(client.scope, is_type));
  if (words.empty()) return BadClient("say what the program may be given at most", "请填写应用最多可获得的授权范围");
  for (const access::ScopeLine& line : words.resources.lines) {
    if (line.system && client.account.empty()) return BadClient("system/ scopes need an account", "system/ 授权范围须指定账号");
    if (!line.system && client.redirect_uris.empty()) return BadClient("user/ scopes need a redirect address", "user/ 授权范围须有回调地址");
  }
  if (!words.identity.empty() && client.redirect_uris.empty()) {
    return BadClient("openid and the like need a redirect address: nobody signs in", "openid 等授权范围须有回调地址");
  }
  client.scope = words.Text();
  return Ok();
}

std::string ToJson(const Client& client) {
  json::Writer writer;
  writer.BeginObject().Member("resourceType", kClientType).Member("id", client.id).Member("name", client.name);
  writer.Member("login", Name(client.login)).MemberIfAny("secretHash", client.secret_hash).MemberIfAny("jwks", client.jwks);
  WriteTexts(writer, "redirectUris", client.redirect_uris);
  writer.Member("scope", client.scope).MemberIfAny("account", client.account).Member("disabled", client.disabled);
  writer.Member("created", client.created.microseconds).Member("createdBy", client.created_by).EndObject();
  return writer.Take();
}

Result<Client> ClientFromJson(std::string_view body, uint64_t version) {
  QX_TRY(const json::Document document, json::Document::Parse(std::string(body)));
  const json::Value root = document.root();
  Client client;
  client.id = root.FindString("id");
  client.name = root.FindString("name");
  QX_TRY(client.login, ParseLogin(root.FindString("login")));
  client.secret_hash = root.FindString("secretHash");
  client.jwks = root.FindString("jwks");
  for (json::Value uri : root.Find("redirectUris").value_or(json::Value()).Elements()) {
    if (uri.IsString()) client.redirect_uris.emplace_back(uri.AsString());
  }
  client.scope = root.FindString("scope");
  client.account = root.FindString("account");
  const auto disabled = root.Find("disabled");
  client.disabled = !disabled || !disabled->IsBoolean() || disabled->AsBoolean();
  const auto created = root.Find("created");
  client.created = {created && created->IsNumber() ? created->AsInteger().value_or(0) : 0};
  client.created_by = root.FindString("createdBy");
  client.version = version;
  return client;
}

}  // namespace qianxian::oauth
