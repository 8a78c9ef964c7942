#include "fhir/reference.h"

#include <gtest/gtest.h>

namespace qianxian::fhir {
namespace {

TEST(Reference, TellsItsKinds) {
  Reference local = ParseReference("Patient/a1");
  EXPECT_EQ(local.kind, Reference::Kind::kLocal);
  EXPECT_EQ(local.type, "Patient");
  EXPECT_EQ(local.id, "a1");

  Reference versioned = ParseReference("Patient/a1/_history/3");
  EXPECT_EQ(versioned.kind, Reference::Kind::kLocal);
  EXPECT_EQ(versioned.version, "3");
  EXPECT_EQ(versioned.whole, "Patient/a1");

  Reference absolute = ParseReference("https://host/fhir/Patient/a1/_history/3");
  EXPECT_EQ(absolute.kind, Reference::Kind::kAbsolute);
  EXPECT_EQ(absolute.base, "https://host/fhir");
  EXPECT_EQ(absolute.type, "Patient");
  EXPECT_EQ(absolute.id, "a1");
  EXPECT_EQ(absolute.whole, "https://host/fhir/Patient/a1");

  Reference elsewhere = ParseReference("http://host/some/page.html?x=1");
  EXPECT_EQ(elsewhere.kind, Reference::Kind::kAbsolute);
  EXPECT_EQ(elsewhere.type, "");

  EXPECT_EQ(ParseReference("#p").kind, Reference::Kind::kContained);
  EXPECT_EQ(ParseReference("#p").id, "p");
  EXPECT_EQ(ParseReference("urn:uuid:1").kind, Reference::Kind::kUrn);
  EXPECT_EQ(ParseReference("").kind, Reference::Kind::kEmpty);
  for (const char* odd : {"Patient", "Patient/", "/Patient/1", "patient/1", "Patient/a b", "Patient?identifier=1"}) {
    EXPECT_EQ(ParseReference(odd).kind, Reference::Kind::kOther) << odd;
  }
}

TEST(Reference, SplitsCanonicals) {
  Canonical canonical = ParseCanonical("http://a/b|1.2#part");
  EXPECT_EQ(canonical.url, "http://a/b");
  EXPECT_EQ(canonical.version, "1.2");
  EXPECT_EQ(canonical.fragment, "part");
  EXPECT_EQ(ParseCanonical("http://a/b").url, "http://a/b");
}

}  // namespace
}  // namespace qianxian::fhir
