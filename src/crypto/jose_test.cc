// Against the examples of the RFCs, and against everything that must not pass.
#include "crypto/jose.h"

#include <gtest/gtest.h>

#include "base/limits_oauth.h"
#include "base/text.h"
#include "crypto/crypto.h"
#include "json/writer.h"

namespace qianxian::crypto {
namespace {

// RFC 7515 appendix A.2: the payload (its lines end as on the wire) and the RSA key.
constexpr const char* kPayload = "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";
constexpr const char* kPayloadPart = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
constexpr const char* kRsaPublic =
    R"("kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB")";
constexpr const char* kRsaPrivate =
    R"(,"d":"Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2NXOoAJe46sui395IW_GO-pWJ1O0BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gfpRLI9JYanrC4D4qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjnczT0QU91p1DhOVRuOopznQ","p":"4BzEEOtIpmVdVEZNCqS7baC4crd0pqnRH_5IB3jw3bcxGn6QLvnEtfdUdiYrqBdss1l58BQ3KhooKeQTa9AB0Hw_Py5PJdTJNPY8cQn7ouZ2KKDcmnPGBY5t7yLc1QlQ5xHdwW1VhvKn-nXqhJTBgIPgtldC-KDV5z-y2XDwGUc","q":"uQPEfgmVtjL0Uyyx88GZFF1fOunH3-7cepKmtH4pxhtCoHqpWmT8YAmZxaewHgHAjLYsp1ZSe7zFYHj7C6ul7TjeLQeZD_YwD66t62wDmpe_HlB-TnBA-njbglfIsRLtXlnDzQkv5dTltRJ11BKBBypeeF6689rjcJIDEz9RWdc","dp":"BwKfV3Akq5_MFZDFZCnW-wzl-CCo83WoZvnLQwCTeDv8uzluRSnm71I3QCLdhrqE2e9YkxvuxdBfpT_PI7Yz-FOKnu1R6HsJeDCjn12Sk3vmAktV2zb34MCdy7cpdTh_YVr7tss2u6vneTwrA86rZtu5Mbr1C1XsmvkxHQAdYo0","dq":"h_96-mK1R_7glhsum81dZxjTnYynPbZpHziZjeeHcXYsXaaMwkOlODsWa7I9xXDoRwbKgB719rrmI2oKr6N3Do9U0ajaHF-NKJnwgjMd2w9cjz3_-kyNlxAr2v4IKhGNpmM5iIgOS1VZnOZ68m6_pbLBSp3nssTdlqvd0tIiTHU","qi":"IYd7DHOhrWvxkwPQsRM2tOgrjbcrfvtQJipd-DlcxyVuuM9sQLdgjVk2oy26F0EmpScGLq2MowX7fhd_QJQ3ydy5cY7YIBi87w93IKLEdfnbJtoOPLUW0ITrJReOgo1cq9SbsxYawBgfp_gh6A5603k2-ZQwVK0JKSHuLFkuQ3U")";
constexpr const char* kRsaHeader = "eyJhbGciOiJSUzI1NiJ9";
constexpr const char* kRsaSignature =
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
// Appendix A.3.
constexpr const char* kEcPublic = R"("kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0")";
constexpr const char* kEcPrivate = R"(,"d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI")";
constexpr const char* kEcHeader = "eyJhbGciOiJFUzI1NiJ9";
constexpr const char* kEcSignature = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
// RFC 7638 §3.1.
constexpr const char* kThumbprintKey =
    R"({"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"})";

std::string Object(const std::string& members) { return "{" + members + "}"; }

Result<Key> Public(const std::string& jwk) {
  const auto document = json::Document::Parse(jwk);
  QX_CHECK(document.ok(), "the test's JSON");
  return Key::FromJwk(document->root());
}

Key Private(const std::string& jwk) {
  const auto document = json::Document::Parse(jwk);
  auto key = Key::FromPrivateJwk(document->root());
  QX_CHECK(key.ok(), key.ok() ? "" : Describe(key.error()));
  return *key;
}

std::string Compact(const std::string& header, const std::string& payload, const std::string& signature) {
  return header + "." + payload + "." + signature;
}

std::string CodeOf(const Result<Jws>& jws) { return jws.ok() ? "ok" : jws.error().code; }

TEST(Jose, VerifiesTheExamplesOfRfc7515) {
  const std::vector<PublicKey> keys = {{*Public(Object(kRsaPublic)), "", std::nullopt}, {*Public(Object(kEcPublic)), "", std::nullopt}};
  for (const std::string& compact : {Compact(kRsaHeader, kPayloadPart, kRsaSignature), Compact(kEcHeader, kPayloadPart, kEcSignature)}) {
    const Result<Jws> jws = VerifyJws(compact, keys);
    ASSERT_TRUE(jws.ok()) << Describe(jws.error());
    EXPECT_EQ(jws->payload, kPayload);
  }
}

TEST(Jose, SignsTheExampleOfRfc7515WithRsa) {
  // Without "typ" and "kid" the header is that of the example, and RS256 has one signature only.
  const Key key = Private(Object(std::string(kRsaPublic) + kRsaPrivate));
  EXPECT_EQ(SignJws(key, Algorithm::kRs256, "", "", kPayload), Compact(kRsaHeader, kPayloadPart, kRsaSignature));
  const Key ec = Private(Object(std::string(kEcPublic) + kEcPrivate));
  const std::string compact = SignJws(ec, Algorithm::kEs256, "", "", kPayload);
  EXPECT_EQ(compact.substr(0, compact.rfind('.')), std::string(kEcHeader) + "." + kPayloadPart);
  EXPECT_TRUE(VerifyJws(compact, {{*Public(Object(kEcPublic)), "", std::nullopt}}).ok());
}

TEST(Jose, ThumbprintOfRfc7638AndKeyOfRfc7517) {
  EXPECT_EQ(Public(kThumbprintKey)->Thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
  // RFC 7517 appendix A.1 is this key and one on P-256, in a set.
  const std::string set = std::string(R"({"keys":[{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","use":"enc","kid":"1"},)") + kThumbprintKey + "]}";
  const auto keys = ParseJwks(set);
  ASSERT_TRUE(keys.ok()) << Describe(keys.error());
  ASSERT_EQ(keys->size(), 1u) << "the one for encryption is none for us";
  EXPECT_EQ((*keys)[0].kid, "2011-04-29");
  EXPECT_EQ((*keys)[0].algorithm, Algorithm::kRs256);
}

TEST(Jose, EveryAlgorithmSignsReadsBackAndTellsChangesApart) {
  for (Algorithm algorithm : {Algorithm::kRs256, Algorithm::kRs384, Algorithm::kEs256, Algorithm::kEs384}) {
    const auto made = Key::Make(algorithm);
    ASSERT_TRUE(made.ok());
    const Key again = Private(made->PrivateJwk());
    EXPECT_EQ(again.Thumbprint(), made->Thumbprint());
    const auto shown = Public(made->PublicJwk("k1", algorithm));
    ASSERT_TRUE(shown.ok());
    EXPECT_FALSE(shown->is_private());
    EXPECT_EQ(made->PublicJwk("k1", algorithm).find("\"d\""), std::string::npos);
    const std::string compact = SignJws(again, algorithm, "k1", "JWT", "{\"sub\":\"李\"}");
    const std::vector<PublicKey> keys = {{*shown, "k1", algorithm}};
    const auto jws = VerifyJws(compact, keys);
    ASSERT_TRUE(jws.ok()) << Name(algorithm);
    EXPECT_EQ(jws->payload, "{\"sub\":\"李\"}");
    EXPECT_EQ(jws->kid, "k1");
    EXPECT_EQ(jws->type, "JWT");
    EXPECT_EQ(ParseAlgorithm(Name(algorithm)), algorithm);
    const size_t dot = compact.find('.'), last = compact.rfind('.');
    for (size_t at : {dot + 2, last + 3}) {
      std::string changed = compact;
      changed[at] = changed[at] == 'A' ? 'B' : 'A';
      EXPECT_EQ(CodeOf(VerifyJws(changed, keys)), "bad-signature") << at;
    }
    EXPECT_EQ(CodeOf(VerifyJws(compact, {{*shown, "k2", algorithm}})), "bad-signature") << "another key id";
    EXPECT_EQ(CodeOf(VerifyJws(compact, {})), "bad-signature");
  }
}

TEST(Jose, AKeyForOneAlgorithmIsForNoOther) {
  const Key key = *Key::Make(Algorithm::kRs256);
  const std::string compact = SignJws(key, Algorithm::kRs384, "", "", "{}");
  const Key shown = *Public(key.PublicJwk());
  EXPECT_TRUE(VerifyJws(compact, {{shown, "", std::nullopt}}).ok());
  EXPECT_EQ(CodeOf(VerifyJws(compact, {{shown, "", Algorithm::kRs256}})), "bad-signature");
}

TEST(Jose, NoNoneNoSharedSecretNoOtherForm) {
  const std::vector<PublicKey> keys = {{*Public(Object(kRsaPublic)), "", std::nullopt}};
  const auto with_header = [&](const std::string& header, const std::string& signature) {
    return CodeOf(VerifyJws(Compact(Base64Url(header), kPayloadPart, signature), keys));
  };
  EXPECT_EQ(with_header(R"({"alg":"none"})", ""), "bad-jws");
  EXPECT_EQ(with_header(R"({"alg":"None"})", kRsaSignature), "bad-jws");
  EXPECT_EQ(with_header(R"({"alg":"HS256"})", kRsaSignature), "bad-jws");
  EXPECT_EQ(with_header(R"({})", kRsaSignature), "bad-jws");
  EXPECT_EQ(with_header(R"({"alg":"RS256","crit":["exp"]})", kRsaSignature), "bad-jws");
  EXPECT_EQ(with_header(R"({"alg":"none","alg":"RS256"})", kRsaSignature), "bad-jws") << "a name said twice";
  EXPECT_EQ(with_header("[]", kRsaSignature), "bad-jws");
  EXPECT_EQ(with_header(R"({"alg":"RS256"})", ""), "bad-signature");
  EXPECT_EQ(with_header(R"({"alg":"ES256"})", kEcSignature), "bad-signature") << "no EC key is known";
  // A key that comes along is not used.
  const Key own = *Key::Make(Algorithm::kEs256);
  const std::string brought = Base64Url(R"({"alg":"ES256","jwk":)" + own.PublicJwk() + "}") + "." + kPayloadPart;
  const std::string signed_so = SignJws(own, Algorithm::kEs256, "", "", kPayload);
  EXPECT_EQ(CodeOf(VerifyJws(brought + signed_so.substr(signed_so.rfind('.')), keys)), "bad-signature");
  for (const std::string& compact : {std::string(), std::string("a.b"), std::string("a.b.c.d"), Compact(std::string(kRsaHeader) + "=", kPayloadPart, kRsaSignature),
                                     Compact(kRsaHeader, kPayloadPart, kRsaSignature) + "\n", std::string(limits::kJwsBytes + 1, 'a')}) {
    EXPECT_EQ(CodeOf(VerifyJws(compact, keys)), "bad-jws");
  }
}

TEST(Jose, EcdsaSignatureOfWrongFormIsNone) {
  const std::vector<PublicKey> keys = {{*Public(Object(kEcPublic)), "", std::nullopt}};
  const std::string raw = *DecodeBase64Url(kEcSignature);
  for (const std::string& wrong : {std::string(64, '\0'), raw.substr(0, 63), raw + '\0', std::string(64, '\xff')}) {
    EXPECT_EQ(CodeOf(VerifyJws(Compact(kEcHeader, kPayloadPart, Base64Url(wrong)), keys)), "bad-signature");
  }
}

TEST(Jose, RefusesKeysThatAreUnsoundOrTellTooMuch) {
  const auto code = [](const std::string& jwk) {
    const auto key = Public(jwk);
    return key.ok() ? std::string("ok") : key.error().code;
  };
  EXPECT_EQ(code(Object(std::string(kRsaPublic) + kRsaPrivate)), "private-key");
  EXPECT_EQ(code(Object(std::string(kEcPublic) + kEcPrivate)), "private-key");
  EXPECT_EQ(code(R"({"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ"})"), "private-key");
  EXPECT_EQ(code(R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})"), "bad-jwk");
  EXPECT_EQ(code(R"({"kty":"RSA","n":"AQAB","e":"AQAB"})"), "bad-jwk") << "too short";
  EXPECT_EQ(code(ReplaceAll(Object(kRsaPublic), "AQAB", "AQAA")), "bad-jwk") << "e is even";
  // A point that is not on the curve.
  EXPECT_EQ(code(ReplaceAll(Object(kEcPublic), "x_FEzRu9", "x_FEzRu8")), "bad-jwk");
  EXPECT_EQ(code(ReplaceAll(Object(kEcPublic), "P-256", "P-384")), "bad-jwk");
  EXPECT_EQ(code(ReplaceAll(Object(kEcPublic), "P-256", "secp256k1")), "bad-jwk");
}

TEST(Jose, SetsAreBoundedAndNeverHoldPrivateParts) {
  const auto code = [](const std::string& set) {
    const auto keys = ParseJwks(set);
    return keys.ok() ? "ok" : keys.error().code;
  };
  EXPECT_EQ(code("{\"keys\":[" + Object(kEcPublic) + "]}"), "ok");
  EXPECT_EQ(code("{\"keys\":[" + Object(std::string(kEcPublic) + kEcPrivate) + "]}"), "private-key");
  EXPECT_EQ(code("{\"keys\":[" + Object(std::string(kEcPublic) + R"(,"use":"enc")" + kEcPrivate) + "]}"), "private-key");
  EXPECT_EQ(code("{\"keys\":[]}"), "bad-jwk");
  EXPECT_EQ(code("{}"), "bad-jwk");
  EXPECT_EQ(code("[]"), "bad-jwk");
  EXPECT_EQ(code("nonsense"), "bad-json");
  EXPECT_EQ(code("{\"keys\":[" + Object(std::string(kEcPublic) + R"(,"alg":"RS256")") + "]}"), "bad-jwk");
  std::string many = "{\"keys\":[" + Object(kEcPublic);
  for (size_t i = 0; i < limits::kJwksKeys; ++i) many += "," + Object(kEcPublic);
  EXPECT_EQ(code(many + "]}"), "bad-jwk");
  EXPECT_EQ(code("{\"keys\":[" + Object(kEcPublic) + "]}" + std::string(limits::kJwksBytes, ' ')), "bad-jwk");
}

TEST(Jose, Base64UrlIsStrict) {
  EXPECT_EQ(DecodeBase64Url("Zm9vYmFy"), "foobar");
  EXPECT_EQ(DecodeBase64Url("Zm8"), "fo");
  EXPECT_EQ(DecodeBase64Url(""), "");
  EXPECT_EQ(DecodeBase64Url("-__-"), "\xfb\xff\xfe");
  for (const char* bad : {"Z", "Zg==", "Zm8=", "Zh", "Zm9", "+//+", "Zm 8", "Zm8\n"}) EXPECT_FALSE(DecodeBase64Url(bad)) << bad;
}

TEST(Jose, ClaimsHoldOrNot) {
  const int64_t now = 1'700'000'000;
  ClaimRules rules;
  rules.issuer = "app";
  rules.subject = "app";
  rules.audiences = {"https://county.cn/oauth2/token", "https://other"};
  rules.now = {now * 1'000'000};
  rules.skew_seconds = 30;
  rules.life_seconds = 300;
  rules.needs_id = true;
  const auto code = [&](const std::string& claims) {
    const auto document = json::Document::Parse(claims);
    const Status status = CheckClaims(document->root(), rules);
    return status.ok() ? "ok" : status.error().code + " " + status.error().en.substr(status.error().en.find(": ") + 2);
  };
  const auto with = [&](const std::string& exp, const std::string& more = "", const std::string& aud = R"("https://county.cn/oauth2/token")") {
    return code(R"({"iss":"app","sub":"app","jti":"1","aud":)" + aud + ",\"exp\":" + exp + more + "}");
  };
  const std::string soon = std::to_string(now + 60);
  EXPECT_EQ(with(soon), "ok");
  EXPECT_EQ(with(soon, "", R"(["x","https://other"])"), "ok");
  EXPECT_EQ(with(soon, "", R"(["x"])"), "bad-claims aud");
  EXPECT_EQ(with(soon, "", R"("https://county.cn/oauth2/token/")"), "bad-claims aud");
  EXPECT_EQ(with(soon, "", "null"), "bad-claims aud");
  EXPECT_EQ(with(std::to_string(now - 29)), "ok");
  EXPECT_EQ(with(std::to_string(now - 30)), "bad-claims exp");
  EXPECT_EQ(with(std::to_string(now + 331)), "bad-claims exp is too far away");
  EXPECT_EQ(with("\"" + soon + "\""), "bad-claims exp");
  EXPECT_EQ(with("1e300"), "bad-claims exp");
  EXPECT_EQ(with(soon, ",\"nbf\":" + std::to_string(now + 31)), "bad-claims nbf");
  EXPECT_EQ(with(soon, ",\"iat\":" + std::to_string(now + 31)), "bad-claims iat");
  EXPECT_EQ(with(soon, ",\"iat\":" + std::to_string(now)), "ok");
  EXPECT_EQ(code(R"({"iss":"app","sub":"app","aud":"https://other","exp":)" + soon + "}"), "bad-claims jti");
  EXPECT_EQ(code(R"({"iss":"other","sub":"app","aud":"https://other","jti":"1","exp":)" + soon + "}"), "bad-claims iss");
  EXPECT_EQ(code(R"({"iss":"app","sub":"other","aud":"https://other","jti":"1","exp":)" + soon + "}"), "bad-claims sub");
  EXPECT_EQ(code(R"({"iss":"app","sub":"app","aud":"https://other","jti":"1"})"), "bad-claims exp");
  EXPECT_EQ(code("[]"), "bad-claims no JSON object");
}

}  // namespace
}  // namespace qianxian::crypto
