// A FHIR package as a file: package/package.json and the resources beside it, as NPM packs them (tar, gzip). Reads it whole,
// within limits::kPackage…; takes the kinds of resources that are knowledge, and counts the others.
// One thread. Errors: invalid ("bad-package", "wrong-fhir-version", and bytes/tar.h's); a file in it that is no resource is
// a fault, not an error. Source: https://hl7.org/fhir/packages.html, https://confluence.hl7.org/display/FHIR/NPM+Package+Specification
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"

namespace qianxian::intake {

struct PackageResource {
  std::string file;                          // "package/ValueSet-x.json"
  std::string type, id, url;
  std::string body;
};

struct PackageFault {
  std::string file;
  std::string code, zh, en;
};

struct PackageFile {
  std::string name, version, title;
  std::vector<std::string> fhir_versions;
  std::vector<std::string> dependencies;     // "hl7.terminology.r4#5.3.0"
  std::vector<PackageResource> resources;
  std::map<std::string, uint64_t> left_out;  // kinds of resources that are not taken, with how many
  std::vector<PackageFault> faults;
};

Result<PackageFile> ReadPackage(const std::string& path);
// "name#version", which stands for it.
std::string PackageKey(const std::string& name, const std::string& version);

}  // namespace qianxian::intake
