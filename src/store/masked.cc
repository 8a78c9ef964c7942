#include "store/masked.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "json/value.h"
#include "json/writer.h"

namespace qianxian::store {
namespace {

constexpr std::string_view kLabelSystem = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue";
constexpr std::array kPersons = {std::string_view("Patient"), std::string_view("RelatedPerson"), std::string_view("Person")};
// Who and where, and what packs and standards say: no patient's.
constexpr std::array kOfNobody = {
    std::string_view("Organization"), std::string_view("OrganizationAffiliation"), std::string_view("Practitioner"), std::string_view("PractitionerRole"),
    std::string_view("Location"), std::string_view("HealthcareService"), std::string_view("Endpoint"), std::string_view("ActivityDefinition"),
    std::string_view("CapabilityStatement"), std::string_view("CodeSystem"), std::string_view("ConceptMap"), std::string_view("Library"),
    std::string_view("Measure"), std::string_view("PlanDefinition"), std::string_view("Questionnaire"), std::string_view("SearchParameter"),
    std::string_view("StructureDefinition"), std::string_view("StructureMap"), std::string_view("ValueSet"), std::string_view("ViewDefinition"),
};

template <typename Array>
bool Has(const Array& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// The first `kept` characters, a star for each of the others.
std::string Stars(std::string_view text, size_t kept) {
  std::string out;
  size_t seen = 0;
  for (size_t at = 0; at < text.size(); ++seen) {
    const size_t begin = at;
    NextCodePoint(text, at);
    if (seen < kept) out += text.substr(begin, at - begin);
    else out += "*";
  }
  return out;
}

bool IsReferenceToPerson(json::Value object) {
  const std::string_view reference = object.FindString("reference");
  const std::string_view type = object.FindString("type");
  if (Has(kPersons, type)) return true;
  return std::any_of(kPersons.begin(), kPersons.end(), [&](std::string_view person) {
    const size_t at = reference.rfind(std::string(person) + "/");
    return at == 0 || (at != std::string_view::npos && reference[at - 1] == '/');
  });
}

// What says who somebody is. A hospital's own number of a chart, or the insurance bureau's of a person, says so to nobody else.
bool IsOfIdentity(json::Value identifier) {
  constexpr std::array kTypes = {std::string_view("NI"), std::string_view("NNCHN"), std::string_view("PPN"), std::string_view("DL"),
                                 std::string_view("SS"), std::string_view("BCT"), std::string_view("PRC"), std::string_view("MI")};
  if (identifier.FindString("system").find("id-card") != std::string_view::npos) return true;
  const std::string_view value = identifier.FindString("value");
  const auto digits = static_cast<size_t>(std::count_if(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; }));
  if (value.size() >= 15 && digits + 1 >= value.size()) return true;      // 15 or 17 digits and a check, or longer ones
  const auto type = identifier.Find("type");
  const auto codings = type ? type->Find("coding") : std::nullopt;
  if (!codings) return false;
  for (const json::Value coding : codings->Elements())
    if (Has(kTypes, coding.FindString("code"))) return true;
  return false;
}

// Columns of the discharge front page (N041; docs/formats/first-page.md) that are kept as they came and tell of the patient or of who
// was with him: numbers, addresses, telephones, the contact's name.
constexpr std::array kTellingColumns = {
    std::string_view("XM"), std::string_view("SFZH"), std::string_view("JKKH"), std::string_view("XZZ"), std::string_view("DH"), std::string_view("HKDZ"),
    std::string_view("GZDWJDZ"), std::string_view("DWDH"), std::string_view("LXRXM"), std::string_view("DZ"), std::string_view("DH2"),
};

// Extensions that may hold a name, a number, a place or a telephone of a person.
bool IsPlain(json::Value extension) {
  constexpr std::array kTelling = {std::string_view("valueString"), std::string_view("valueHumanName"), std::string_view("valueContactPoint"),
                                   std::string_view("valueAddress"), std::string_view("valueIdentifier"), std::string_view("valueAttachment"),
                                   std::string_view("valueMarkdown"), std::string_view("extension")};
  for (const json::Member member : extension.Members())
    if (Has(kTelling, member.name)) return false;
  return true;
}

class Masking {
 public:
  std::string Whole(std::string_view type, json::Value resource) {
    Resource(type, resource, true);
    return w_.Take();
  }

 private:
  void Resource(std::string_view type, json::Value resource, bool outermost) {
    const bool person = Has(kPersons, type);
    const bool labelled = outermost;
    bool met = false;
    w_.BeginObject();
    for (const json::Member member : resource.Members()) {
      if (member.name == "text" && member.value.IsObject()) continue;      // the narrative
      if (member.name == "meta" && labelled) {
        met = true;
        Meta(member.value);
      } else if (member.name == "contained") {
        Contained(member.value);
      } else if (person) {
        OfPerson(member);
      } else {
        w_.Name(member.name);
        Any(member.value, member.name);
      }
    }
    if (labelled && !met) Meta(json::Value());
    w_.EndObject();
  }

  void Meta(json::Value meta) {
    w_.Name("meta").BeginObject();
    std::optional<json::Value> labels;
    for (const json::Member member : meta.Members()) {
      if (member.name == "security") labels = member.value;
      else w_.Name(member.name).Copy(member.value);
    }
    w_.Name("security").BeginArray();
    if (labels)
      for (const json::Value label : labels->Elements()) w_.Copy(label);
    w_.BeginObject().Member("system", kLabelSystem).Member("code", "MASKED").EndObject().EndArray().EndObject();
  }

  void Contained(json::Value list) {
    w_.Name("contained").BeginArray();
    for (const json::Value one : list.Elements()) {
      const std::string_view type = one.FindString("resourceType");
      if (Has(kOfNobody, type)) w_.Copy(one);
      else Resource(type, one, false);
    }
    w_.EndArray();
  }

  void OfPerson(const json::Member& member) {
    if (member.name == "photo" || member.name == "contact" || StartsWith(member.name, "_")) return;
    w_.Name(member.name);
    if (member.name == "name") Each(member.value, [&](json::Value one) { Name(one); });
    else if (member.name == "telecom") Each(member.value, [&](json::Value one) { Telecom(one); });
    else if (member.name == "address") Each(member.value, [&](json::Value one) { Address(one); });
    else if (member.name == "extension" || member.name == "modifierExtension") Extensions(member.value);
    else Any(member.value, member.name);
  }

  template <typename One>
  void Each(json::Value value, One one) {
    if (!value.IsArray()) return one(value);
    w_.BeginArray();
    for (const json::Value each : value.Elements()) one(each);
    w_.EndArray();
  }

  // Every string of it by `mask`, also those in lists; what is no string stays.
  template <typename Mask>
  void Strings(json::Value value, Mask mask) {
    Each(value, [&](json::Value one) {
      if (one.IsString()) w_.String(mask(one.AsString()));
      else w_.Copy(one);
    });
  }

  void Name(json::Value name) {
    w_.BeginObject();
    for (const json::Member part : name.Members()) {
      if (part.name == "text" || part.name == "family") w_.Name(part.name), Strings(part.value, MaskedName);
      else if (part.name == "given" || part.name == "prefix" || part.name == "suffix") w_.Name(part.name), Strings(part.value, [](std::string_view given) { return Stars(given, 0); });
      else if (part.name == "use" || part.name == "period") w_.Name(part.name).Copy(part.value);
    }
    w_.EndObject();
  }

  void Telecom(json::Value telecom) {
    w_.BeginObject();
    for (const json::Member part : telecom.Members()) {
      if (part.name == "value") w_.Name(part.name), Strings(part.value, MaskedPhone);
      else if (part.name != "extension" && !StartsWith(part.name, "_")) w_.Name(part.name).Copy(part.value);
    }
    w_.EndObject();
  }

  // To the township: what a village's, a street's and a house's lines say is left out.
  void Address(json::Value address) {
    w_.BeginObject();
    for (const json::Member part : address.Members()) {
      if (part.name == "text") w_.Name(part.name), Strings(part.value, MaskedAddress);
      else if (part.name == "city" || part.name == "district" || part.name == "state" || part.name == "country" || part.name == "use" || part.name == "type" || part.name == "period") w_.Name(part.name).Copy(part.value);
    }
    w_.EndObject();
  }

  void Extensions(json::Value list) {
    w_.BeginArray();
    for (const json::Value one : list.Elements())
      if (IsPlain(one)) w_.Copy(one);
    w_.EndArray();
  }

  // Anything else: displays of references to people, numbers of identity, and our own extensions with a patient's name.
  void Any(json::Value value, std::string_view name) {
    if (value.IsArray()) {
      w_.BeginArray();
      for (const json::Value one : value.Elements()) Any(one, name);
      w_.EndArray();
      return;
    }
    if (!value.IsObject()) {
      w_.Copy(value);
      return;
    }
    const bool person = IsReferenceToPerson(value), identity = name == "identifier" && IsOfIdentity(value);
    const std::string_view url = value.FindString("url");
    const bool names = url.ends_with("/patient-name"), tells = Has(kTellingColumns, url);
    w_.BeginObject();
    for (const json::Member member : value.Members()) {
      w_.Name(member.name);
      if (member.value.IsString() && ((person && member.name == "display") || (names && member.name == "valueString"))) w_.String(MaskedName(member.value.AsString()));
      else if (tells && member.name == "valueString") w_.String("**");
      else if (member.value.IsString() && identity && member.name == "value") w_.String(MaskedIdNumber(member.value.AsString()));
      else Any(member.value, member.name);
    }
    w_.EndObject();
  }

  json::Writer w_;
};

Status MaskOne(store::Resource& resource) {
  if (resource.deleted || resource.body.empty()) return Ok();
  QX_TRY(resource.body, MaskedBody(resource.type, resource.body));
  return Ok();
}

Status MaskAll(std::vector<store::Resource>& resources) {
  for (store::Resource& one : resources) QX_DO(MaskOne(one));
  return Ok();
}

class MaskedSnapshot final : public Snapshot {
 public:
  explicit MaskedSnapshot(std::unique_ptr<Snapshot> plain) : plain_(std::move(plain)) {}
  uint64_t t() const override { return plain_->t(); }
  bool masked() const override { return true; }
  Result<Resource> Read(std::string_view type, std::string_view id) override { return Shown(plain_->Read(type, id)); }
  Result<Resource> OpenPatient(std::string_view id) override { return Shown(plain_->OpenPatient(id)); }
  Result<std::vector<PatientOpening>> OpeningsOfPatient(std::string_view id, size_t count) override { return plain_->OpeningsOfPatient(id, count); }
  Result<Resource> ReadVersion(std::string_view type, std::string_view id, uint64_t version) override { return Shown(plain_->ReadVersion(type, id, version)); }
  Result<HistoryPage> History(std::string_view type, std::string_view id, std::optional<Instant> since, size_t count, std::string_view place) override {
    QX_TRY(HistoryPage page, plain_->History(type, id, since, count, place));
    QX_DO(MaskAll(page.versions));
    return page;
  }
  Result<SearchPage> Search(const search::Query& query) override {
    QX_TRY(SearchPage page, plain_->Search(query));
    QX_DO(MaskAll(page.matches));
    QX_DO(MaskAll(page.included));
    return page;
  }
  Result<std::vector<Tally>> CountBy(const search::Query& query) override { return plain_->CountBy(query); }
  Result<std::vector<Resource>> Scan(std::string_view type, std::string_view after, size_t count) override {
    QX_TRY(std::vector<Resource> page, plain_->Scan(type, after, count));
    QX_DO(MaskAll(page));
    return page;
  }
  Result<uint64_t> Count(std::string_view type) override { return plain_->Count(type); }

 private:
  static Result<Resource> Shown(Result<Resource> read) {
    if (!read.ok()) return read;
    QX_DO(MaskOne(*read));
    return read;
  }
  std::unique_ptr<Snapshot> plain_;
};

}  // namespace

Result<std::unique_ptr<Snapshot>> OpenView(Store& store, const access::Caller& caller, std::optional<uint64_t> t) {
  QX_TRY(std::unique_ptr<Snapshot> snapshot, store.OpenSnapshot(caller, t));
  if (caller.masked) snapshot = std::make_unique<MaskedSnapshot>(std::move(snapshot));
  return snapshot;
}

std::string MaskedName(std::string_view name) {
  std::string out;
  for (size_t at = 0; at < name.size();) {
    const size_t end = std::min(name.find(' ', at), name.size());
    out += Stars(name.substr(at, end - at), 1);
    if (end < name.size()) out += ' ';
    at = end + 1;
  }
  return out;
}

std::string MaskedPhone(std::string_view number) {
  if (number.size() < 8) return Stars(number, 0);
  if (const size_t at = number.find('@'); at != std::string_view::npos) return Stars(number.substr(0, at), 1) + std::string(number.substr(at));
  return std::string(number.substr(0, 3)) + std::string(number.size() - 7, '*') + std::string(number.substr(number.size() - 4));
}

std::string MaskedIdNumber(std::string_view number) {
  return number.size() <= 4 ? std::string(number.size(), '*') : std::string(number.size() - 4, '*') + std::string(number.substr(number.size() - 4));
}

std::string MaskedAddress(std::string_view address) {
  // The longest beginning that ends with a township.
  size_t kept = 0;
  for (const std::string_view unit : {"街道", "镇", "乡", "苏木", "县", "市"}) {
    const size_t at = address.rfind(unit);
    if (at == std::string_view::npos) continue;
    kept = at + unit.size();
    break;
  }
  return std::string(address.substr(0, kept)) + "**";
}

Result<std::string> MaskedBody(std::string_view type, const std::string& body) {
  if (Has(kOfNobody, type)) return body;
  const auto document = json::Document::Parse(body);
  if (!document.ok()) return Unavailable("damaged", "A record is no JSON.", "数据文件中有无法读取的记录。");
  return Masking().Whole(type, document->root());
}

}  // namespace qianxian::store
