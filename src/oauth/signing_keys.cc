#include "oauth/signing_keys.h"

#include <sys/stat.h>

#include "auth/secret_file.h"
#include "base/files.h"
#include "base/limits_oauth.h"
#include "json/value.h"
#include "json/writer.h"

namespace qianxian::oauth {
namespace {

constexpr int64_t kSecond = 1'000'000;

Error BadKeyFile(const std::string& path) {
  return Unavailable("bad-key-file", "the signing keys do not read; move the file away to have new ones made: " + path,
                     "签名密钥文件无法读取；移走该文件后系统将重新生成：" + path);
}

}  // namespace

Result<SigningKeys::Ring> SigningKeys::Read() const {
  Ring ring;
  if (!FileExists(path_)) return ring;
  struct stat info {};
  if (stat(path_.c_str(), &info) != 0 || (info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return Unavailable("open-key-file", "others may read the signing keys: chmod 600 " + path_, "其他用户可读取签名密钥：请执行 chmod 600 " + path_);
  }
  QX_TRY(std::string text, ReadFile(path_));
  Result<json::Document> document = json::Document::Parse(std::move(text));
  if (!document.ok()) return BadKeyFile(path_);
  for (json::Value one : document->root().Find("keys").value_or(json::Value()).Elements()) {
    const std::optional<json::Value> created = one.Find("created"), jwk = one.Find("jwk");
    Result<crypto::Key> key = jwk ? crypto::Key::FromPrivateJwk(*jwk) : BadKeyFile(path_);
    if (!key.ok() || !key->Fits(kIdTokenAlgorithm) || !created || !created->IsNumber()) return BadKeyFile(path_);
    std::string kid = key->Thumbprint();
    ring.push_back({std::move(*key), std::move(kid), Instant{created->AsInteger().value_or(0)}});
  }
  return ring;
}

Status SigningKeys::Write(const Ring& ring) const {
  json::Writer writer;
  writer.BeginObject().Name("keys").BeginArray();
  for (const Kept& kept : ring) writer.BeginObject().Member("created", kept.created.microseconds).Name("jwk").Raw(kept.key.PrivateJwk()).EndObject();
  writer.EndArray().EndObject();
  return auth::WriteSecretFile(path_, writer.Take());
}

// Afterwards the last one signs, and all of them are shown.
Status SigningKeys::Refresh(Ring& ring) {
  if (ring.empty()) {
    QX_TRY(ring, Read());
  }
  const Instant now = clock_.Now();
  Ring next = ring;
  bool changed = false;
  if (next.empty() || now.microseconds - next.back().created.microseconds >= limits::kSigningKeySeconds * kSecond) {
    QX_TRY(crypto::Key key, crypto::Key::Make(kIdTokenAlgorithm));
    std::string kid = key.Thumbprint();
    next.push_back({std::move(key), std::move(kid), now});
    changed = true;
  }
  // The one before signed until its successor came.
  while (next.size() > 1 && now.microseconds - next[1].created.microseconds > (limits::kIdTokenSeconds + limits::kClockSkewSeconds) * kSecond) {
    next.erase(next.begin());
    changed = true;
  }
  if (changed) QX_DO(Write(next));         // before it signs anything: what it signed must be verified after a crash too
  ring = std::move(next);
  return Ok();
}

Result<std::string> SigningKeys::Sign(std::string_view claims) {
  auto ring = ring_.Lock();
  QX_DO(Refresh(*ring));
  return crypto::SignJws(ring->back().key, kIdTokenAlgorithm, ring->back().kid, "JWT", claims);
}

Result<std::string> SigningKeys::Jwks() {
  auto ring = ring_.Lock();
  QX_DO(Refresh(*ring));
  json::Writer writer;
  writer.BeginObject().Name("keys").BeginArray();
  for (const Kept& kept : *ring) writer.Raw(kept.key.PublicJwk(kept.kid, kIdTokenAlgorithm));
  writer.EndArray().EndObject();
  return writer.Take();
}

}  // namespace qianxian::oauth
