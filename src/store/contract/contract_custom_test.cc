// Search parameters that the record defines: every engine takes them from its SearchParameters and answers by them, for every
// state of the record; and random ones against the memory engine, which asks every body by the general FHIRPath engine.
#include <gtest/gtest.h>

#include <filesystem>

#include "search/custom_parameters.h"
#include "search/parameters.h"
#include "store/contract/contract.h"

namespace qianxian::store {
namespace {

using Strings = std::vector<std::string>;

Change Defines(const std::string& id, const std::string& code, const std::string& type, const Strings& bases, const std::string& expression,
               const std::string& status = "active") {
  std::string list;
  for (const std::string& base : bases) list += (list.empty() ? "\"" : ",\"") + base + "\"";
  return Put("SearchParameter", id, Json("SearchParameter", id, R"("url":"urn:p:)" + id + R"(","name":"x","description":"d","status":")" + status + R"(","code":")" + code +
                                                                    R"(","type":")" + type + R"(","base":[)" + list + R"(],"expression":")" + expression + "\""));
}

Change PatientWith(const std::string& id, const std::string& eye, const std::string& more = "") {
  const std::string extension = eye.empty() ? "" : R"("extension":[{"url":"urn:eye","valueCoding":{"system":"urn:c","code":")" + eye + "\"}}]";
  return Put("Patient", id, Json("Patient", id, extension + (extension.empty() || more.empty() ? "" : ",") + more));
}

// A store with search parameters of its own.
class Own {
  ContractFolder folder_;                  // outlives the store

 public:
  using Opener = std::function<Result<std::unique_ptr<Store>>(const OpenOptions&)>;
  Own(Opener opener, Clock& clock, Random& random) : opener_(std::move(opener)), clock_(clock), random_(random) { Open(); }

  void Open() {
    store.reset();
    store = opener_({.directory = folder_.path(), .parameters = parameters.get(), .clock = &clock_, .random = &random_}).value();
  }
  uint64_t Commit(std::vector<Change> changes) {
    auto receipt = store->Commit(system_, {std::move(changes), "test"});
    EXPECT_TRUE(receipt.ok()) << (receipt.ok() ? "" : Describe(receipt.error()));
    return receipt.ok() ? receipt->t : 0;
  }
  void Finish() {
    const Status finished = store->FinishIndexing(system_);
    EXPECT_TRUE(finished.ok()) << (finished.ok() ? "" : Describe(finished.error()));
  }
  Result<search::Query> Query(const std::string& search) {
    const size_t mark = search.find('?');
    return search::Query::ParseText(*parameters, search.substr(0, mark), search.substr(mark + 1) + "&_count=1000&_total=accurate");
  }
  Result<SearchPage> Page(const std::string& search, std::optional<uint64_t> t = std::nullopt) {
    QX_TRY(const search::Query query, Query(search));
    return store->OpenSnapshot(system_, t).value()->Search(query);
  }
  // Sorted "Type/id"; what is wrong, if anything is.
  Strings Found(const std::string& search, std::optional<uint64_t> t = std::nullopt) {
    const auto page = Page(search, t);
    return page.ok() ? Sorted(Ids(page->matches)) : Strings{page.error().code};
  }
  Strings InOrder(const std::string& search) { return Ids(Page(search).value().matches); }
  bool Good() {
    const CheckReport report = store->Check(system_).value();
    for (const auto& line : report.lines) EXPECT_EQ(line.bad, 0u) << line.what << ": " << line.first_bad;
    return report.good();
  }

  std::unique_ptr<const search::Parameters> parameters = R4Parameters().Share();
  std::unique_ptr<Store> store;

 private:
  Opener opener_;
  Clock& clock_;
  Random& random_;
  access::Caller system_ = access::SystemCaller("test");
};

TEST_P(StoreContract, DefinesItsOwnSearchParameters) {
  Own own(GetParam().open, clock_, random_);
  const uint64_t before = own.Commit({PatientWith("a", "blue"), PatientWith("b", "green"), PatientWith("c", ""),
                                      Put("Observation", "o", Json("Observation", "o", R"("subject":{"reference":"Patient/a"})"))});
  EXPECT_EQ(own.Found("Patient?eye=blue"), Strings{"unknown-parameter"});
  own.Commit({Defines("p", "eye", "token", {"Patient"}, "Patient.extension('urn:eye').value")});
  own.Finish();
  EXPECT_EQ(own.Found("Patient?eye=blue"), Strings{"Patient/a"});
  EXPECT_EQ(own.Found("Patient?eye=urn:c|green"), Strings{"Patient/b"});
  EXPECT_EQ(own.Found("Patient?eye:not=blue"), (Strings{"Patient/b", "Patient/c"}));
  EXPECT_EQ(own.Found("Patient?eye:missing=true"), Strings{"Patient/c"});
  EXPECT_EQ(own.InOrder("Patient?_sort=-eye"), (Strings{"Patient/b", "Patient/a", "Patient/c"}));
  EXPECT_EQ(own.Found("Observation?subject:Patient.eye=blue"), Strings{"Observation/o"});
  EXPECT_EQ(own.Found("Patient?_filter=eye eq blue or eye eq green"), (Strings{"Patient/a", "Patient/b"}));
  EXPECT_EQ(own.Found("Patient?eye=blue", before), Strings{"Patient/a"}) << "a state before the parameter";
  EXPECT_FALSE(own.Page("Patient?eye=blue&_explain=true").value().notes.empty());
  // What comes now is found at once, what was is still found in its state.
  const uint64_t after = own.Commit({PatientWith("a", "brown"), PatientWith("d", "blue")});
  EXPECT_EQ(own.Found("Patient?eye=blue"), Strings{"Patient/d"});
  EXPECT_EQ(own.Found("Patient?eye=brown"), Strings{"Patient/a"});
  EXPECT_EQ(own.Found("Patient?eye=blue", after - 1), Strings{"Patient/a"});
  const auto query = own.Query("Patient?_sort=eye").value();
  std::vector<std::string> tallies;
  const auto snapshot = own.store->OpenSnapshot(access::SystemCaller("test")).value();
  const std::vector<Tally> counted = snapshot->CountBy(query).value();
  for (const Tally& tally : counted) tallies.push_back(tally.value + " " + std::to_string(tally.resources));
  EXPECT_EQ(tallies, (Strings{"blue 1", "brown 1", "green 1"}));
  EXPECT_TRUE(own.Good());
}

TEST_P(StoreContract, CustomReferencesLead) {
  Own own(GetParam().open, clock_, random_);
  own.Commit({Put("Organization", "o", Json("Organization", "o", R"("name":"Town")")),
              Put("Patient", "a", Json("Patient", "a", R"("extension":[{"url":"urn:by","valueReference":{"reference":"Organization/o"}},{"url":"urn:by","valueReference":{"reference":"Organization/later"}}])")),
              Put("Patient", "b", Json("Patient", "b"))});
  Change by = Defines("by", "by", "reference", {"Patient"}, "Patient.extension('urn:by').value");
  by.body.insert(by.body.size() - 1, R"(,"target":["Organization"])");
  own.Commit({by, Defines("tag", "any-tag", "token", {"Resource"}, "Resource.meta.tag")});
  own.Finish();
  EXPECT_EQ(own.Found("Patient?by=Organization/o"), Strings{"Patient/a"});
  EXPECT_EQ(own.Found("Patient?by=later"), Strings{"Patient/a"});
  EXPECT_EQ(own.Found("Patient?by.name=town"), Strings{"Patient/a"});
  EXPECT_EQ(own.Found("Patient?by.name=village"), Strings{});
  EXPECT_EQ(own.Found("Organization?_has:Patient:by:_id=a"), Strings{"Organization/o"});
  own.Commit({Put("Organization", "later", Json("Organization", "later", R"("name":"Village","meta":{"tag":[{"code":"x"}]})"))});
  EXPECT_EQ(own.Found("Patient?by.name=village"), Strings{"Patient/a"}) << "it came after it was referred to";
  EXPECT_EQ(own.Found("?_type=Organization,Patient&any-tag=x"), Strings{"Organization/later"});
  EXPECT_EQ(own.Found("?any-tag=x"), Strings{"Organization/later"});
  const auto included = [&](const std::string& search) { return Sorted(Ids(own.Page(search).value().included)); };
  EXPECT_EQ(included("Patient?_include=Patient:by"), (Strings{"Organization/later", "Organization/o"}));
  EXPECT_EQ(included("Patient?_include=*"), (Strings{"Organization/later", "Organization/o"}));
  EXPECT_EQ(included("Organization?_id=o&_revinclude=Patient:by"), Strings{"Patient/a"});
  EXPECT_EQ(included("Organization?_id=o&_revinclude=*"), Strings{"Patient/a"});
  EXPECT_TRUE(own.Good());
}

TEST_P(StoreContract, CustomParametersComeAndGo) {
  Own own(GetParam().open, clock_, random_);
  own.Commit({PatientWith("a", "blue", R"("gender":"male")"), PatientWith("b", "green", R"("gender":"female")")});
  own.Commit({Defines("p", "eye", "token", {"Patient"}, "Patient.extension('urn:eye').value", "draft")});
  EXPECT_EQ(own.Found("Patient?eye=blue"), Strings{"unknown-parameter"}) << "a draft";
  own.Commit({Defines("p", "eye", "token", {"Patient"}, "Patient.extension('urn:eye').value")});
  own.Finish();
  EXPECT_EQ(own.Found("Patient?eye=blue"), Strings{"Patient/a"});
  const auto read_before = own.Query("Patient?eye=blue").value();
  const auto ask = [&] { return own.store->OpenSnapshot(access::SystemCaller("test")).value()->Search(read_before); };
  EXPECT_TRUE(ask().ok());
  // Another expression: what the old one found is not found any more, and a query that was read before is told.
  own.Commit({Defines("p", "eye", "token", {"Patient"}, "Patient.gender")});
  ASSERT_FALSE(ask().ok());
  EXPECT_EQ(ask().error().code, "parameter-changed");
  own.Finish();
  EXPECT_EQ(own.Found("Patient?eye=blue"), Strings{});
  EXPECT_EQ(own.Found("Patient?eye=male"), Strings{"Patient/a"});
  // The same again under another description stays as it is: no query is troubled.
  const auto read_now = own.Query("Patient?eye=male").value();
  Change described = Defines("p", "eye", "token", {"Patient"}, "Patient.gender");
  described.body.replace(described.body.find("\"d\""), 3, "\"of the eye\"");
  own.Commit({described});
  EXPECT_TRUE(own.store->OpenSnapshot(access::SystemCaller("test")).value()->Search(read_now).ok());
  EXPECT_EQ(own.parameters->custom()->Find("Patient", "eye")->description, "of the eye");
  // Who came first has the code; when it goes, the next one takes over.
  own.Commit({Defines("q", "eye", "token", {"Patient", "Person"}, "Patient.extension('urn:eye').value | Person.gender")});
  own.Finish();
  EXPECT_EQ(own.Found("Patient?eye=male"), Strings{"Patient/a"});
  EXPECT_EQ(own.Found("Person?eye=male"), Strings{"unknown-parameter"});
  own.Commit({Delete("SearchParameter", "p")});
  own.Finish();
  EXPECT_EQ(own.Found("Patient?eye=blue"), Strings{"Patient/a"});
  EXPECT_EQ(own.Found("Person?eye=male"), Strings{});
  own.Commit({Defines("q", "eye", "token", {"Patient", "Person"}, "Patient.extension('urn:eye').value | Person.gender", "retired")});
  EXPECT_EQ(own.Found("Patient?eye=blue"), Strings{"unknown-parameter"});
  // What cannot be used does no harm.
  own.Commit({Defines("r", "gender", "token", {"Patient"}, "Patient.gender"), Defines("s", "eye", "token", {"Patient"}, "(((")});
  EXPECT_EQ(own.Found("Patient?eye=blue"), Strings{"unknown-parameter"});
  EXPECT_EQ(own.Found("Patient?gender=male"), Strings{"Patient/a"});
  own.Finish();
  EXPECT_EQ(own.parameters->custom(), nullptr);
  EXPECT_TRUE(own.Good());
}

TEST_P(StoreContract, CustomParametersOutliveTheIndex) {
  Own own(GetParam().open, clock_, random_);
  own.Commit({PatientWith("a", "blue")});
  own.Commit({Defines("p", "eye", "token", {"Patient"}, "Patient.extension('urn:eye').value")});
  ASSERT_TRUE(own.store->RebuildIndex(access::SystemCaller("test"), nullptr).ok());
  EXPECT_EQ(own.Found("Patient?eye=blue"), Strings{"Patient/a"});
  own.Commit({PatientWith("b", "blue")});
  EXPECT_EQ(own.Found("Patient?eye=blue"), (Strings{"Patient/a", "Patient/b"}));
  EXPECT_TRUE(own.Good());
  if (GetParam().name == "Memory") return;   // it forgets everything
  own.Open();
  own.Finish();
  EXPECT_EQ(own.Found("Patient?eye=blue"), (Strings{"Patient/a", "Patient/b"}));
  EXPECT_TRUE(own.Good());
}

// Random -------------------------------------------------------------------------------------------------------------

class Maker {
 public:
  explicit Maker(uint64_t seed) : random_(seed) {}
  uint64_t Below(uint64_t bound) { return random_.NextBelow(bound); }
  std::string Pick(const Strings& texts) { return texts[Below(texts.size())]; }

  std::string Extension() {
    switch (Below(6)) {
      case 0: return R"({"url":"urn:x","valueCoding":{"system":")" + Pick({"urn:c", "urn:d"}) + R"(","code":")" + Pick({"r", "g", "b"}) + R"(","display":"Red wine"}})";
      case 1: return R"({"url":"urn:x","valueString":")" + Pick({"alpha", "alpine", "Beta"}) + "\"}";
      case 2: return R"({"url":"urn:x","valueDate":")" + Pick({"2020-01-05", "2020-02", "2021"}) + "\"}";
      case 3: return R"({"url":"urn:x","valueQuantity":{"value":)" + Pick({"1", "2.5", "300"}) + R"(,"unit":"mg","system":"http://unitsofmeasure.org","code":")" + Pick({"mg", "g"}) + "\"}}";
      case 4: return R"({"url":"urn:x","valueReference":{"reference":")" + Pick({"Patient/p", "Organization/o", "Patient/q"}) + std::to_string(Below(5)) + "\"}}";
      default: return R"({"url":"urn:x","valueUri":")" + Pick({"http://a/b", "http://a", "urn:z"}) + "\"}";
    }
  }
  Change Resource() {
    const bool patient = Below(2) == 0;
    const std::string type = patient ? "Patient" : "Observation", id = (patient ? "p" : "o") + std::to_string(Below(25));
    if (Below(12) == 0) return Delete(type, id);
    std::string members = R"("meta":{"tag":[{"system":"urn:t","code":")" + Pick({"one", "two"}) + "\"}]}";
    std::string list;
    for (uint64_t n = Below(4); n > 0; --n) list += (list.empty() ? "" : ",") + Extension();
    if (!list.empty()) members += R"(,"extension":[)" + list + "]";
    if (patient) members += R"(,"birthDate":")" + Pick({"1980-01-01", "1990-05", "2001"}) + R"(","multipleBirthInteger":)" + std::to_string(Below(4)) + R"(,"name":[{"family":")" + Pick({"Li", "Wang"}) + "\"}]";
    else members += R"(,"status":"final","code":{"text":"x"},"subject":{"reference":"Patient/p)" + std::to_string(Below(25)) + "\"}";
    return Put(type, id, Json(type, id, members));
  }
  Change Definition() {
    static const std::vector<std::pair<std::string, std::string>> kPatient = {
        {"token", "Patient.extension('urn:x').value"}, {"string", "Patient.extension.where(url = 'urn:x').value.ofType(string)"}, {"date", "Patient.extension('urn:x').value"},
        {"quantity", "(Patient.extension('urn:x').value as Quantity)"}, {"reference", "Patient.extension('urn:x').value.ofType(Reference)"}, {"uri", "Patient.extension('urn:x').value.ofType(uri)"},
        {"number", "Patient.multipleBirth"}, {"token", "Patient.name.family.count() > 0 and Patient.extension.exists()"}, {"string", "Patient.name.family.first() & '-' & Patient.multipleBirth.toString()"},
        {"date", "Patient.birthDate"}, {"token", "Patient.meta.tag"}};
    static const std::vector<std::pair<std::string, std::string>> kObservation = {
        {"token", "Observation.extension('urn:x').value"}, {"reference", "Observation.subject | Observation.extension('urn:x').value.ofType(Reference)"}, {"token", "Observation.status"},
        {"string", "Observation.code.text"}, {"quantity", "Observation.extension('urn:x').value"}};
    const uint64_t place = Below(6);
    const std::string id = "d" + std::to_string(place), code = "c" + std::to_string(place % 5);   // two of them share a code
    if (Below(6) == 0) return Delete("SearchParameter", id);
    const bool patient = Below(3) != 0;
    const auto& [type, expression] = patient ? kPatient[Below(kPatient.size())] : kObservation[Below(kObservation.size())];
    return Defines(id, code, type, {patient ? "Patient" : "Observation"}, expression, Below(8) == 0 ? "retired" : "active");
  }
  std::string Value(search::ParameterKind kind) {
    using search::ParameterKind;
    switch (kind) {
      case ParameterKind::kToken: return Pick({"r", "urn:c|g", "urn:d|", "true", "final", "two", "urn:t|one"});
      case ParameterKind::kString: return Pick({"al", "beta", "li-2", "wang", "x"});
      case ParameterKind::kDate: return Pick({"", "ge", "lt", "ne", "ap", "sa"}) + Pick({"2020", "2020-01", "2020-01-05", "1990-05-03"});
      case ParameterKind::kQuantity: return Pick({"", "gt", "le", "ne"}) + Pick({"1", "2.5", "300", "2500"}) + Pick({"", "|http://unitsofmeasure.org|mg"});
      case ParameterKind::kNumber: return Pick({"", "gt", "le", "ne"}) + Pick({"0", "1", "2"});
      case ParameterKind::kReference: return Pick({"Patient/p1", "p2", "Organization/o3", "Patient/q4"});
      default: return Pick({"http://a", "http://a/b", "urn:z"});
    }
  }
  std::string Search(const search::Parameter& one) {
    const std::string name = one.code;
    switch (Below(9)) {
      case 0: return one.type + "?" + name + ":missing=" + Pick({"true", "false"});
      case 1: return one.type + "?_sort=" + Pick({"", "-"}) + name + ",_id";
      case 2: return one.kind == search::ParameterKind::kToken ? one.type + "?" + name + Pick({":not", ":text"}) + "=" + Pick({"r", "red"}) : one.type + "?" + name + "=" + Value(one.kind);
      case 3: return one.type == "Patient" ? "Observation?subject:Patient." + name + "=" + Value(one.kind) : "Patient?_has:Observation:subject:" + name + "=" + Value(one.kind);
      case 4: return one.kind == search::ParameterKind::kReference ? one.type + "?" + name + ":Patient.family=li" : one.type + "?" + name + "=" + Value(one.kind) + "," + Value(one.kind);
      case 5: return one.kind == search::ParameterKind::kReference ? one.type + "?_include=" + one.type + ":" + name : one.type + "?_filter=not(" + name + " eq \"" + Value(one.kind) + "\")";
      default: return one.type + "?" + name + "=" + Value(one.kind);
    }
  }

 private:
  SeededRandom random_;
};

TEST_P(StoreContract, CustomSearchesAgreeWithTheJudge) {
  int answered = 0, found = 0;
  for (uint64_t seed = 1; seed <= 4; ++seed) {
    Maker maker(seed * 101);
    Own mine(GetParam().open, clock_, random_), judge(OpenMemoryStore, clock_, random_);
    std::vector<uint64_t> states;
    for (int round = 0; round < 12; ++round) {
      for (int commit = 0; commit < 12; ++commit) {
        std::vector<Change> changes;
        for (uint64_t n = 1 + maker.Below(5); n > 0; --n) changes.push_back(maker.Resource());
        if (maker.Below(4) == 0) changes.push_back(maker.Definition());
        const uint64_t t = judge.Commit(changes);
        ASSERT_EQ(mine.Commit(std::move(changes)), t);
        if (maker.Below(5) == 0) states.push_back(t);
      }
      mine.Finish();
      const auto custom = judge.parameters->custom();
      ASSERT_EQ(mine.parameters->custom() == nullptr, custom == nullptr);
      if (custom == nullptr) continue;
      for (const char* type : {"Patient", "Observation"}) {
        for (const search::Parameter* one : custom->OfType(type)) {
          for (int n = 0; n < 6; ++n) {
            const std::string search = maker.Search(*one);
            const std::optional<uint64_t> t = maker.Below(2) == 0 && !states.empty() ? std::optional(states[maker.Below(states.size())]) : std::nullopt;
            const auto got = mine.Page(search, t), expected = judge.Page(search, t);
            ASSERT_EQ(got.ok(), expected.ok()) << search << ": " << Describe(got.ok() ? expected.error() : got.error());
            if (!got.ok()) {
              EXPECT_EQ(got.error().code, expected.error().code) << search;
              continue;
            }
            EXPECT_EQ(Sorted(Ids(got->matches)), Sorted(Ids(expected->matches))) << search << " of " << one->expression << " seed " << seed;
            if (search.find("_sort") != std::string::npos) {
              EXPECT_EQ(Ids(got->matches), Ids(expected->matches)) << search << " of " << one->expression;
            }
            EXPECT_EQ(Sorted(Ids(got->included)), Sorted(Ids(expected->included))) << search;
            ++answered;
            found += expected->matches.empty() ? 0 : 1;
          }
        }
      }
      if (round % 5 == 4) {
        ASSERT_TRUE(mine.store->RebuildIndex(access::SystemCaller("test"), nullptr).ok());
      }
      if (round % 4 == 3) {
        EXPECT_TRUE(mine.Good());
      }
    }
  }
  EXPECT_GT(answered, 300);
  EXPECT_GT(found, answered / 4) << "the searches must find something";
}

}  // namespace
}  // namespace qianxian::store
