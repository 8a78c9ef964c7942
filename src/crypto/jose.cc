#include "crypto/jose.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/limits_oauth.h"
#include "base/text.h"
#include "crypto/crypto.h"
#include "json/writer.h"

namespace qianxian::crypto {

struct Key::State {
  EVP_PKEY* key = nullptr;
  std::string curve;                       // "P-256", "P-384"; "" = RSA
  explicit State(EVP_PKEY* of) : key(of) {}
  ~State() { EVP_PKEY_free(key); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
};

struct KeyAccess {
  static Key Of(std::shared_ptr<const Key::State> state, bool is_private) {
    Key key;
    key.state_ = std::move(state);
    key.is_private_ = is_private;
    return key;
  }
  static const Key::State& StateOf(const Key& key) {
    QX_CHECK(key.state_ != nullptr, "an empty key");
    return *key.state_;
  }
};

namespace {

template <auto Free>
struct Freer {
  template <typename T>
  void operator()(T* pointer) const { Free(pointer); }
};
using Number = std::unique_ptr<BIGNUM, Freer<BN_clear_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Freer<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Freer<EVP_MD_CTX_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Freer<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Freer<OSSL_PARAM_free>>;
using EcSignature = std::unique_ptr<ECDSA_SIG, Freer<ECDSA_SIG_free>>;

struct AlgorithmFacts {
  Algorithm algorithm;
  std::string_view name, curve;            // curve "" = RSA
  const char* digest;
  size_t half_bytes;                       // of an ECDSA signature
};
constexpr std::array<AlgorithmFacts, 4> kAlgorithms = {{{Algorithm::kRs256, "RS256", "", "SHA256", 0},
                                                        {Algorithm::kRs384, "RS384", "", "SHA384", 0},
                                                        {Algorithm::kEs256, "ES256", "P-256", "SHA256", 32},
                                                        {Algorithm::kEs384, "ES384", "P-384", "SHA384", 48}}};
struct RsaMember {
  const char *jwk, *parameter;
};
constexpr std::array<RsaMember, 6> kRsaPrivate = {{{"d", OSSL_PKEY_PARAM_RSA_D},
                                                   {"p", OSSL_PKEY_PARAM_RSA_FACTOR1},
                                                   {"q", OSSL_PKEY_PARAM_RSA_FACTOR2},
                                                   {"dp", OSSL_PKEY_PARAM_RSA_EXPONENT1},
                                                   {"dq", OSSL_PKEY_PARAM_RSA_EXPONENT2},
                                                   {"qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1}}};

const AlgorithmFacts& FactsOf(Algorithm algorithm) { return kAlgorithms[static_cast<size_t>(algorithm)]; }

Error BadJwk(std::string why) { return Invalid("bad-jwk", "this is no usable JWK: " + why, "JWK 无法使用：" + why); }
Error BadJws(std::string why) { return Invalid("bad-jws", "this is no usable JWS: " + why, "JWS 无法使用：" + why); }
Error BadClaims(std::string why) { return Invalid("bad-claims", "the JWT's claims do not hold: " + why, "JWT 声明不符：" + why); }

size_t BytesOfCurve(std::string_view curve) { return curve == "P-256" ? 32 : 48; }

Result<Number> NumberMember(json::Value jwk, const char* name) {
  const std::optional<std::string> bytes = DecodeBase64Url(jwk.FindString(name));
  if (!bytes || bytes->empty() || bytes->size() > static_cast<size_t>(limits::kRsaBitsMaximum) / 8) return BadJwk(std::string(name));
  Number number(BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes->data()), static_cast<int>(bytes->size()), nullptr));
  QX_CHECK(number != nullptr, "OpenSSL has no memory");
  return number;
}

std::string MemberOf(const EVP_PKEY* key, const char* parameter, size_t bytes) {
  BIGNUM* found = nullptr;
  QX_CHECK(EVP_PKEY_get_bn_param(key, parameter, &found) == 1, "a key without its numbers");
  const Number number(found);
  std::string out(bytes == 0 ? static_cast<size_t>(BN_num_bytes(found)) : bytes, '\0');
  QX_CHECK(BN_bn2binpad(found, reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(out.size())) >= 0, "a number of a key is too long");
  return Base64Url(out);
}

Result<Key> FromParameters(const char* kind, OSSL_PARAM_BLD* builder, bool is_private, std::string curve) {
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
  QX_CHECK(parameters != nullptr && context != nullptr, "OpenSSL has no keys of this kind");
  EVP_PKEY* made = nullptr;
  if (EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &made, is_private ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    return BadJwk("its numbers make no key");
  }
  auto state = std::make_shared<Key::State>(made);
  state->curve = std::move(curve);
  const KeyContext check(EVP_PKEY_CTX_new_from_pkey(nullptr, made, nullptr));
  if (check == nullptr || EVP_PKEY_public_check(check.get()) != 1 || (is_private && EVP_PKEY_pairwise_check(check.get()) != 1)) {
    return BadJwk("its numbers make no sound key");
  }
  return KeyAccess::Of(std::move(state), is_private);
}

Result<Key> FromRsa(json::Value jwk, bool is_private) {
  std::vector<Number> kept;                // the builder only points at them
  const Builder builder(OSSL_PARAM_BLD_new());
  QX_CHECK(builder != nullptr, "OpenSSL has no memory");
  const auto push = [&](const char* name, const char* parameter) -> Status {
    QX_TRY(Number number, NumberMember(jwk, name));
    QX_CHECK(OSSL_PARAM_BLD_push_BN(builder.get(), parameter, number.get()) == 1, "OpenSSL has no memory");
    kept.push_back(std::move(number));
    return Ok();
  };
  QX_DO(push("n", OSSL_PKEY_PARAM_RSA_N));
  QX_DO(push("e", OSSL_PKEY_PARAM_RSA_E));
  const int bits = BN_num_bits(kept[0].get());
  if (bits < limits::kRsaBitsMinimum || bits > limits::kRsaBitsMaximum) return BadJwk("RSA of " + std::to_string(bits) + " bits");
  if (BN_num_bits(kept[1].get()) > 64 || !BN_is_odd(kept[1].get())) return BadJwk("e");
  if (is_private) {
    for (const RsaMember& member : kRsaPrivate) QX_DO(push(member.jwk, member.parameter));
  }
  return FromParameters("RSA", builder.get(), is_private, "");
}

Result<Key> FromEc(json::Value jwk, bool is_private) {
  const std::string curve(jwk.FindString("crv"));
  if (curve != "P-256" && curve != "P-384") return BadJwk("the curve " + curve);
  const std::optional<std::string> x = DecodeBase64Url(jwk.FindString("x")), y = DecodeBase64Url(jwk.FindString("y"));
  const size_t bytes = BytesOfCurve(curve);
  if (!x || !y || x->size() != bytes || y->size() != bytes) return BadJwk("x and y");
  const std::string point = '\x04' + *x + *y;
  const Builder builder(OSSL_PARAM_BLD_new());
  Number secret;
  bool pushed = builder != nullptr && OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve.c_str(), 0) == 1 &&
                OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) == 1;
  if (is_private) {
    QX_TRY(secret, NumberMember(jwk, "d"));
    pushed = pushed && OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, secret.get()) == 1;
  }
  QX_CHECK(pushed, "OpenSSL has no memory");
  return FromParameters("EC", builder.get(), is_private, curve);
}

Result<Key> FromAnyJwk(json::Value jwk, bool is_private) {
  const std::string_view kind = jwk.FindString("kty");
  if (kind == "RSA") return FromRsa(jwk, is_private);
  if (kind == "EC") return FromEc(jwk, is_private);
  return BadJwk("kty must be RSA or EC");
}

// The members that make the key, in the order of their names (RFC 7638 §3.2).
void WriteNeeded(json::Writer& writer, const Key::State& state) {
  if (state.curve.empty()) {
    writer.Member("e", MemberOf(state.key, OSSL_PKEY_PARAM_RSA_E, 0)).Member("kty", "RSA");
    writer.Member("n", MemberOf(state.key, OSSL_PKEY_PARAM_RSA_N, 0));
    return;
  }
  const size_t bytes = BytesOfCurve(state.curve);
  writer.Member("crv", state.curve).Member("kty", "EC");
  writer.Member("x", MemberOf(state.key, OSSL_PKEY_PARAM_EC_PUB_X, bytes));
  writer.Member("y", MemberOf(state.key, OSSL_PKEY_PARAM_EC_PUB_Y, bytes));
}

// RFC 7518 §3.4: r and s side by side, where OpenSSL has DER.
std::string RawOfDer(std::string_view der, size_t half_bytes) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const EcSignature signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  std::string raw(half_bytes * 2, '\0');
  auto* out = reinterpret_cast<unsigned char*>(raw.data());
  const auto half = static_cast<int>(half_bytes);
  QX_CHECK(signature != nullptr && BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), out, half) == half &&
               BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), out + half_bytes, half) == half,
           "a signature of OpenSSL does not read");
  return raw;
}

std::optional<std::string> DerOfRaw(std::string_view raw, size_t half_bytes) {
  if (raw.size() != half_bytes * 2) return std::nullopt;
  const auto* bytes = reinterpret_cast<const unsigned char*>(raw.data());
  const auto half = static_cast<int>(half_bytes);
  const EcSignature signature(ECDSA_SIG_new());
  QX_CHECK(signature != nullptr, "OpenSSL has no memory");
  ECDSA_SIG_set0(signature.get(), BN_bin2bn(bytes, half, nullptr), BN_bin2bn(bytes + half_bytes, half, nullptr));
  unsigned char* made = nullptr;
  const int size = i2d_ECDSA_SIG(signature.get(), &made);
  if (size <= 0) return std::nullopt;
  std::string der(reinterpret_cast<char*>(made), static_cast<size_t>(size));
  OPENSSL_free(made);
  return der;
}

bool IsSignedBy(const Key& key, Algorithm algorithm, std::string_view text, std::string_view signature) {
  const AlgorithmFacts& facts = FactsOf(algorithm);
  if (facts.half_bytes == 0) return IsSignedInDer(key, algorithm, text, signature);
  const std::optional<std::string> der = DerOfRaw(signature, facts.half_bytes);
  return der && IsSignedInDer(key, algorithm, text, *der);
}

struct Parts {
  Jws jws;
  std::string_view signed_text;
  std::string signature;
};

Result<Parts> Take(std::string_view compact) {
  if (compact.size() > limits::kJwsBytes) return BadJws("it is too long");
  const std::vector<std::string_view> parts = Split(compact, '.');
  if (parts.size() != 3) return BadJws("it has not three parts");
  const std::optional<std::string> header = DecodeBase64Url(parts[0]), payload = DecodeBase64Url(parts[1]), signature = DecodeBase64Url(parts[2]);
  if (!header || !payload || !signature) return BadJws("a part is no base64url");
  Result<json::Document> read = json::Document::Parse(*header);
  if (!read.ok() || !read->root().IsObject()) return BadJws("its header is no JSON object");
  const json::Value root = read->root();
  const std::optional<Algorithm> algorithm = ParseAlgorithm(root.FindString("alg"));
  if (!algorithm) return BadJws("alg must be RS256, RS384, ES256 or ES384");
  if (root.Find("crit")) return BadJws("it has critical extensions");
  Parts out;
  out.jws = {*algorithm, std::string(root.FindString("kid")), std::string(root.FindString("typ")), *payload};
  out.signed_text = compact.substr(0, parts[0].size() + 1 + parts[1].size());
  out.signature = *signature;
  return out;
}

// Seconds since 1970; a fraction is cut off. None: not there, or no number that a date can be.
std::optional<int64_t> DateClaim(json::Value claims, std::string_view name) {
  const std::optional<json::Value> value = claims.Find(name);
  if (!value || !value->IsNumber()) return std::nullopt;
  const double seconds = value->AsDouble();
  if (!std::isfinite(seconds) || seconds < 0 || seconds > 1e11) return std::nullopt;
  return static_cast<int64_t>(seconds);
}

bool IsAudience(json::Value claims, const std::string& wanted) {
  const json::Value aud = claims.Find("aud").value_or(json::Value());
  if (aud.IsString()) return aud.AsString() == wanted;
  for (json::Value one : aud.Elements()) {
    if (one.IsString() && one.AsString() == wanted) return true;
  }
  return false;
}

}  // namespace

std::string_view Name(Algorithm algorithm) { return FactsOf(algorithm).name; }

std::optional<Algorithm> ParseAlgorithm(std::string_view name) {
  for (const AlgorithmFacts& facts : kAlgorithms) {
    if (facts.name == name) return facts.algorithm;
  }
  return std::nullopt;
}

std::optional<std::string> DecodeBase64Url(std::string_view text) {
  const auto value_of = [](char c) -> int {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '-' ? 62 : c == '_' ? 63 : -1;
  };
  if (text.size() % 4 == 1) return std::nullopt;
  std::string out;
  out.reserve(text.size() * 3 / 4);
  uint32_t bits = 0;
  int held = 0;
  for (char c : text) {
    const int value = value_of(c);
    if (value < 0) return std::nullopt;
    bits = (bits << 6 | static_cast<uint32_t>(value)) & 0xffffff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      out += static_cast<char>(bits >> held & 0xff);
    }
  }
  if ((bits & ((1u << held) - 1)) != 0) return std::nullopt;
  return out;
}

Result<Key> Key::Make(Algorithm algorithm) {
  const AlgorithmFacts& facts = FactsOf(algorithm);
  EVP_PKEY* made = facts.curve.empty() ? EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", static_cast<size_t>(limits::kRsaBitsMinimum))
                                       : EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", std::string(facts.curve).c_str());
  if (made == nullptr) return Unavailable("no-key", "OpenSSL made no key", "无法生成密钥");
  auto state = std::make_shared<Key::State>(made);
  state->curve = facts.curve;
  return KeyAccess::Of(std::move(state), true);
}

Result<Key> Key::FromJwk(json::Value jwk) {
  if (jwk.Find("d") || jwk.Find("p") || jwk.Find("q") || jwk.Find("k")) {
    return Invalid("private-key", "this tells the private part of a key: make a new key, and send its public part only",
                   "其中包含私钥：请重新生成密钥，并只提交公钥");
  }
  return FromAnyJwk(jwk, false);
}

Result<Key> Key::FromPrivateJwk(json::Value jwk) { return FromAnyJwk(jwk, true); }

bool Key::Fits(Algorithm algorithm) const { return KeyAccess::StateOf(*this).curve == FactsOf(algorithm).curve; }

std::string Key::Thumbprint() const {
  json::Writer writer;
  writer.BeginObject();
  WriteNeeded(writer, KeyAccess::StateOf(*this));
  writer.EndObject();
  return Base64Url(Sha256(writer.Take()));
}

std::string Key::PublicJwk(std::string_view kid, std::optional<Algorithm> algorithm) const {
  json::Writer writer;
  writer.BeginObject();
  WriteNeeded(writer, KeyAccess::StateOf(*this));
  writer.MemberIfAny("kid", kid);
  if (algorithm) writer.Member("alg", Name(*algorithm)).Member("use", "sig");
  writer.EndObject();
  return writer.Take();
}

std::string Key::PrivateJwk() const {
  QX_CHECK(is_private_, "this key has no private part");
  const State& state = KeyAccess::StateOf(*this);
  json::Writer writer;
  writer.BeginObject();
  WriteNeeded(writer, state);
  if (state.curve.empty()) {
    for (const RsaMember& member : kRsaPrivate) writer.Member(member.jwk, MemberOf(state.key, member.parameter, 0));
  } else {
    writer.Member("d", MemberOf(state.key, OSSL_PKEY_PARAM_PRIV_KEY, BytesOfCurve(state.curve)));
  }
  writer.EndObject();
  return writer.Take();
}

Result<std::vector<PublicKey>> ParseJwks(std::string_view text) {
  if (text.size() > limits::kJwksBytes) return BadJwk("the set is too long");
  QX_TRY(const json::Document document, json::Document::Parse(std::string(text)));
  const json::Value list = document.root().Find("keys").value_or(json::Value());
  if (!list.IsArray() || list.size() > limits::kJwksKeys) return BadJwk("a set is {\"keys\":[…]} of at most " + std::to_string(limits::kJwksKeys));
  std::vector<PublicKey> keys;
  for (json::Value jwk : list.Elements()) {
    const std::string_view kind = jwk.FindString("kty"), use = jwk.FindString("use"), algorithm = jwk.FindString("alg");
    const bool other_curve = kind == "EC" && jwk.FindString("crv") != "P-256" && jwk.FindString("crv") != "P-384";
    if ((kind != "RSA" && kind != "EC") || other_curve || (!use.empty() && use != "sig") || (!algorithm.empty() && !ParseAlgorithm(algorithm))) {
      if (jwk.Find("d") || jwk.Find("k")) QX_DO(Key::FromJwk(jwk));   // never kept, whatever it is for
      continue;
    }
    QX_TRY(Key key, Key::FromJwk(jwk));
    if (!algorithm.empty() && !key.Fits(*ParseAlgorithm(algorithm))) return BadJwk("alg does not fit the key");
    keys.push_back({std::move(key), std::string(jwk.FindString("kid")), ParseAlgorithm(algorithm)});
  }
  if (keys.empty()) return BadJwk("no key of the set can verify RS256, RS384, ES256 or ES384");
  return keys;
}

bool IsSignedInDer(const Key& key, Algorithm algorithm, std::string_view message, std::string_view signature) {
  QX_CHECK(key.Fits(algorithm), "this key does not sign so");
  const DigestContext context(EVP_MD_CTX_new());
  EVP_PKEY* with = KeyAccess::StateOf(key).key;
  QX_CHECK(context != nullptr && EVP_DigestVerifyInit_ex(context.get(), nullptr, FactsOf(algorithm).digest, nullptr, nullptr, with, nullptr) == 1,
           "OpenSSL does not verify with this key");
  const bool good = EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
                                     reinterpret_cast<const unsigned char*>(message.data()), message.size()) == 1;
  ERR_clear_error();   // what a wrong signature left there is nobody else's on this thread
  return good;
}

std::string SignJws(const Key& key, Algorithm algorithm, std::string_view kid, std::string_view type, std::string_view payload) {
  QX_CHECK(key.is_private() && key.Fits(algorithm), "this key does not sign so");
  const AlgorithmFacts& facts = FactsOf(algorithm);
  json::Writer header;
  header.BeginObject().MemberIfAny("typ", type).Member("alg", facts.name).MemberIfAny("kid", kid).EndObject();
  const std::string text = Base64Url(header.Take()) + "." + Base64Url(payload);
  const DigestContext context(EVP_MD_CTX_new());
  size_t size = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  QX_CHECK(context != nullptr &&
               EVP_DigestSignInit_ex(context.get(), nullptr, facts.digest, nullptr, nullptr, KeyAccess::StateOf(key).key, nullptr) == 1 &&
               EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) == 1,
           "OpenSSL does not sign");
  std::string signature(size, '\0');
  QX_CHECK(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, bytes, text.size()) == 1, "OpenSSL does not sign");
  signature.resize(size);
  return text + "." + Base64Url(facts.half_bytes == 0 ? signature : RawOfDer(signature, facts.half_bytes));
}

Result<Jws> ReadUnverifiedJws(std::string_view compact) {
  QX_TRY(Parts parts, Take(compact));
  return std::move(parts.jws);
}

Result<Jws> VerifyJws(std::string_view compact, const std::vector<PublicKey>& keys) {
  QX_TRY(Parts parts, Take(compact));
  const Jws& jws = parts.jws;
  for (const PublicKey& candidate : keys) {
    if (!jws.kid.empty() && !candidate.kid.empty() && candidate.kid != jws.kid) continue;
    if (!candidate.key.Fits(jws.algorithm) || (candidate.algorithm && *candidate.algorithm != jws.algorithm)) continue;
    if (IsSignedBy(candidate.key, jws.algorithm, parts.signed_text, parts.signature)) return std::move(parts.jws);
  }
  return Invalid("bad-signature", "none of the known keys made this signature", "签名与已知密钥不符");
}

Status CheckClaims(json::Value claims, const ClaimRules& rules) {
  if (!claims.IsObject()) return BadClaims("no JSON object");
  const int64_t now = rules.now.microseconds / 1'000'000;
  if (!rules.issuer.empty() && claims.FindString("iss") != rules.issuer) return BadClaims("iss");
  if (!rules.subject.empty() && claims.FindString("sub") != rules.subject) return BadClaims("sub");
  if (!rules.audiences.empty() && std::none_of(rules.audiences.begin(), rules.audiences.end(), [&](const std::string& one) { return IsAudience(claims, one); })) {
    return BadClaims("aud");
  }
  const std::optional<int64_t> ends = DateClaim(claims, "exp");
  if (!ends || *ends + rules.skew_seconds <= now) return BadClaims("exp");
  if (rules.life_seconds > 0 && *ends > now + rules.life_seconds + rules.skew_seconds) return BadClaims("exp is too far away");
  for (const char* name : {"nbf", "iat"}) {
    if (!claims.Find(name)) continue;
    const std::optional<int64_t> from = DateClaim(claims, name);
    if (!from || *from > now + rules.skew_seconds) return BadClaims(name);
  }
  if (rules.needs_id && claims.FindString("jti").empty()) return BadClaims("jti");
  return Ok();
}

}  // namespace qianxian::crypto
