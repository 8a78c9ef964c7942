// What searches mean: by example, and on random resources against the memory engine, which asks every resource.
#include <set>

#include "search/clauses.h"
#include "search/parameters.h"
#include "store/contract/contract.h"

namespace qianxian::store {
namespace {

using Strings = std::vector<std::string>;

// A thousand codes, a few of which the generator uses.
class Thousand : public search::Vocabulary {
 public:
  Result<std::shared_ptr<const search::CodeSet>> CodesOf(std::string_view) override {
    auto set = std::make_shared<search::CodeSet>();
    set->parts = {{"http://loinc.org", {"718-7", "8480-6"}}, {"urn:v", {"pos"}}, {"http://hl7.org/fhir/administrative-gender", {"male", "other"}}};
    for (int i = 0; i < 1000; ++i) set->parts[0].codes.push_back("x" + std::to_string(i));
    std::sort(set->parts[0].codes.begin(), set->parts[0].codes.end());
    return std::shared_ptr<const search::CodeSet>(set);
  }
  Result<std::shared_ptr<const search::CodeSet>> CodesBelow(std::string_view system, std::string_view code) override {
    auto set = std::make_shared<search::CodeSet>();
    set->parts = {{std::string(system), {"8462-4", std::string(code)}}};
    std::sort(set->parts[0].codes.begin(), set->parts[0].codes.end());
    return std::shared_ptr<const search::CodeSet>(set);
  }
  Result<std::shared_ptr<const search::CodeSet>> CodesAbove(std::string_view system, std::string_view code) override {
    return CodesBelow(system, code);
  }
};

class Generator {
 public:
  explicit Generator(uint64_t seed) : random_(seed) {}

  Change Next() {
    const uint64_t kind = random_.NextBelow(10);
    if (kind < 3) return Patient();
    if (kind < 5) return Encounter();
    if (kind < 9) return Observation();
    const uint64_t rare = Below(9);
    if (rare > 4) return Task();
    return rare < 2 ? Questionnaire() : rare < 3 ? RiskAssessment() : rare < 4 ? Location() : List();
  }
  uint64_t Below(uint64_t bound) { return random_.NextBelow(bound); }
  std::string Pick(const Strings& texts) { return texts[random_.NextBelow(texts.size())]; }
  std::string Id(const char* prefix, uint64_t bound) { return prefix + std::to_string(random_.NextBelow(bound)); }

  // Some that are asked for exactly, and many of every size.
  std::string Value() {
    if (Below(2)) return Pick({"5", "5.4", "5.40", "120", "1e2", "-3", "0", "-0.0"});
    return std::string(Below(4) ? "" : "-") + std::to_string(Below(1000)) + Pick({"", ".5", ".25", "e3", "e-4"});
  }

  std::string Date() {
    std::string date = std::to_string(2018 + Below(5));
    if (Below(8) == 0) return date;
    const auto two = [&](uint64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
    date += "-" + two(1 + Below(12));
    if (Below(6) == 0) return date;
    date += "-" + two(1 + Below(28));
    if (Below(2) == 0) return date;
    return date + "T" + two(Below(24)) + ":" + two(Below(60)) + ":00" + (Below(2) == 0 ? "Z" : "+08:00");
  }

 private:
  Change Patient() {
    const std::string id = Id("p", 60);
    std::string members = R"("active":)" + std::string(Below(2) ? "true" : "false");
    if (Below(5)) members += R"(,"gender":")" + Pick({"male", "female", "other"}) + "\"";
    if (Below(5)) members += R"(,"birthDate":")" + Date().substr(0, 10) + "\"";
    if (Below(6)) {
      members += R"(,"name":[{"family":")" + Pick({"Li", "Lì", "李", "Wang", "王小明", "van der Berg", "Müller", "单", "吕"}) +
                 R"(","given":[")" + Pick({"Anna", "ANNA MARIA", "Bo", "明"}) + "\"]}]";
    }
    if (Below(3) == 0) {
      members += R"(,"identifier":[{"type":{"coding":[{"system":"urn:t","code":")" + Pick({"MR", "SS"}) + R"("}]},"system":")" + Pick({"urn:a", "urn:b"}) + R"(","value":")" +
                 std::to_string(Below(30)) + "\"}]";
    }
    if (Below(3) == 0) members += R"(,"managingOrganization":{"reference":"Organization/)" + Id("o", 4) + "\"}";
    if (Below(4) == 0) members += R"(,"address":[{"city":")" + Pick({"安吉", "Hangzhou", "hangzhou bay"}) + "\"}]";
    return Put("Patient", id, Json("Patient", id, members));
  }
  // Of a pathway: its days have lists of their own.
  Change Task() {
    const std::string id = Id("t", 80), extension = R"({"url":"https://fhir.qianxian.cn/StructureDefinition/)";
    std::string members = R"("status":")" + Pick({"ready", "completed"}) + R"(","intent":"order","extension":[)" + extension + R"(due","valueDate":")" + Date().substr(0, 10) + "\"}";
    for (uint64_t wakes = Below(2) ? 1 + Below(4) / 3 : 0; wakes > 0; --wakes) members += "," + extension + R"(wake","valueInstant":"2020-0)" + std::to_string(1 + Below(3)) + "-" + std::to_string(10 + Below(18)) + R"(T0)" + std::to_string(Below(10)) + R"(:00:00+08:00"})";
    members += R"(],"restriction":{"period":{"end":")" + Date() + "\"}}";
    return Put("Task", id, Json("Task", id, members));
  }
  Change Encounter() {
    const std::string id = Id("e", 60);
    std::string members = R"("status":")" + Pick({"finished", "planned"}) + R"(","class":{"code":")" +
                          Pick({"IMP", "AMB"}) + R"("},"subject":{"reference":"Patient/)" + Id("p", 70) + "\"}";
    if (Below(4)) {
      members += R"(,"period":{)";
      const bool start = Below(6) != 0;
      if (start) members += R"("start":")" + Date() + "\"";
      if (!start || Below(3)) members += std::string(start ? "," : "") + R"("end":"2024-)" + Pick({"01", "05", "11"}) + "-10\"";
      members += "}";
    }
    if (Below(2)) members += R"(,"location":[{"location":{"reference":"Location/)" + Id("l", 14) + "\"}}]";
    if (Below(3) == 0) members += R"(,"partOf":{"reference":"Encounter/)" + Id("e", 60) + "\"}";
    return Put("Encounter", id, Json("Encounter", id, members));
  }
  Change Observation() {
    const std::string id = Id("ob", 150);
    std::string members = R"("status":")" + Pick({"final", "amended", "entered-in-error"}) +
                          R"(","code":{"coding":[{"system":"http://loinc.org","code":")" + Pick({"8480-6", "8462-4", "718-7"}) +
                          R"(","display":")" + Pick({"Systolic blood pressure", "Diastolic", "Haemoglobin"}) + "\"}";
    if (Below(3) == 0) members += R"(,{"system":"urn:local","code":")" + Pick({"bp", "hb", "8480-6"}) + "\"}";
    if (Below(3) == 0) members.insert(0, R"("text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">)" + Pick({"胸痛两天", "痛风", "chest pain", "头晕&amp;胸闷"}) + "</div>\"},");
    members += R"(],"text":"blood )" + Pick({"pressure", "count"}) + "\"}";
    if (Below(8)) members += R"(,"subject":{"reference":")" + Pick({"Patient/", "Patient/", "http://elsewhere/Patient/"}) + Id("p", 70) + "\"}";
    if (Below(2)) members += R"(,"encounter":{"reference":"Encounter/)" + Id("e", 60) + "\"}";
    if (Below(4)) members += R"(,"effectiveDateTime":")" + Date() + "\"";
    switch (Below(4)) {
      case 0:
      case 1:
        members += R"(,"valueQuantity":{"value":)" + Value() + R"(,"unit":"u","system":")" +
                   Pick({"http://unitsofmeasure.org", "urn:u"}) + R"(","code":")" + Pick({"mm[Hg]", "g/L", "mg/L", "mg/mL", "Cel"}) + "\"}";
        break;
      case 2: members += R"(,"valueCodeableConcept":{"coding":[{"system":"urn:v","code":")" + Pick({"pos", "neg"}) + "\"}]}"; break;
      default: members += R"(,"valueString":")" + Pick({"all fine", "All FINE indeed", "bad", "血压正常", "正常范围", "血 压"}) + "\""; break;
    }
    return Put("Observation", id, Json("Observation", id, members));
  }
  Change Questionnaire() {
    const std::string id = Id("q", 20);
    return Put("Questionnaire", id,
               Json("Questionnaire", id, R"("status":"active","url":"http://example.org/q/)" + Pick({"a", "a/b", "abc", "b"}) +
                                             R"(","title":")" + Pick({"Screening form", "Follow-up", "筛查表"}) + "\""));
  }
  // A tree, now and then a ring.
  Change Location() {
    const std::string id = Id("l", 12);
    std::string members = R"("status":"active","name":")" + Pick({"内科", "外科病房", "Ward"}) + "\"";
    if (Below(4)) members += R"(,"partOf":{"reference":"Location/)" + Id("l", 12) + "\"}";
    if (Below(3)) members += R"(,"position":{"latitude":30.)" + std::to_string(Below(90)) + R"(,"longitude":119.)" + std::to_string(Below(90)) + "}";
    return Put("Location", id, Json("Location", id, members));
  }
  Change List() {
    const std::string id = Id("li", 4);
    std::string entries;
    for (uint64_t n = Below(6); n > 0; --n) entries += (entries.empty() ? "" : ",") + (R"({"item":{"reference":")" + Pick({"Patient/p", "Observation/ob"}) + std::to_string(Below(60)) + "\"}}");
    return Put("List", id, Json("List", id, R"("status":"current","mode":"working")" + (entries.empty() ? "" : R"(,"entry":[)" + entries + "]")));
  }
  Change RiskAssessment() {
    const std::string id = Id("r", 60);
    std::string predictions;
    for (uint64_t n = Below(3); n > 0; --n) {
      const std::string number = Pick({"0", "0.1", "0.25", "0.5", "1", "0." + std::to_string(1 + Below(999))});
      const std::string range = R"("probabilityRange":{"low":{"value":0.)" + std::to_string(1 + Below(4)) + R"(},"high":{"value":0.)" +
                                std::to_string(5 + Below(5)) + "}}";
      predictions += (predictions.empty() ? "{" : ",{") + (Below(5) ? R"("probabilityDecimal":)" + number : range) + "}";
    }
    return Put("RiskAssessment", id, Json("RiskAssessment", id, R"("status":"final","subject":{"reference":"Patient/p1"})" +
                                                                    (predictions.empty() ? "" : R"(,"prediction":[)" + predictions + "]")));
  }
  SeededRandom random_;
};

// One search of each kind of parameter, modifier and prefix, and mixtures.
Strings Searches(Generator& g) {
  Strings out = {
      "Patient?gender=male", "Patient?gender=male,other", "Patient?gender:not=male", "Patient?gender:missing=true",
      "Patient?gender:missing=false", "Patient?active=true", "Patient?identifier=urn:a|3", "Patient?identifier=3",
      "Patient?identifier=urn:b|", "Patient?identifier=|3", "Patient?name=li", "Patient?name=LI", "Patient?family=wang",
      "Patient?family=%E6%9D%8E", "Patient?family:exact=Li", "Patient?family:exact=L%C3%AC", "Patient?name:contains=er",
      "Patient?name:contains=%E5%B0%8F", "Patient?given=anna", "Patient?address-city=hang",
      "Patient?name=wang", "Patient?name=wm", "Patient?name=anna maria", "Patient?phonetic=lvming", "Patient?phonetic=lm,wxm",
      "Patient?phonetic=dan", "Patient?phonetic=shan", "Patient?phonetic:contains=ming", "Patient?phonetic=%E6%9D%8E", "Patient?phonetic:missing=true",
      "Encounter?patient.phonetic=wangxm", "Encounter?patient.name=lm", "?_type=Patient,Practitioner&name=lm",
      "Patient?phonetic:exact=%E6%9D%8E%E6%98%8E", "Patient?birthdate=2019",
      "Patient?birthdate=ge2019&birthdate=lt2021", "Patient?birthdate=ne2020", "Patient?birthdate:missing=true",
      "Patient?organization=Organization/o1", "Patient?organization=o2", "Patient?organization:missing=true",
      "Patient?_id=p1,p2,p3", "Patient?_id:not=p1", "Patient?_has:Observation:patient:code=718-7",
      "Patient?_has:Encounter:patient:class=IMP&gender=female",
      "Patient?_has:Observation:patient:_has:Nothing", "Encounter?status=finished&class=AMB", "Encounter?date=2020",
      "Encounter?date=gt2021-05", "Encounter?date=lt2019-03-02", "Encounter?date=ge2020-01-01", "Encounter?date=le2020-02",
      "Encounter?date=sa2022", "Encounter?date=eb2019", "Encounter?date=ne2020", "Encounter?date=ap2021",
      "Encounter?patient=p3", "Encounter?patient=Patient/p4,Patient/p5", "Encounter?subject:Patient=p5",
      "Encounter?patient.gender=male", "Encounter?patient.name=li&status=planned", "Encounter?part-of.class=IMP",
      "Encounter?part-of.patient.gender=female", "Observation?code=8480-6", "Observation?code=http://loinc.org|8480-6",
      "Observation?code=urn:local|", "Observation?code:text=blood", "Observation?code:text=systolic",
      "Observation?code:not=718-7", "Observation?status=final,amended&code=8462-4", "Observation?value-quantity=5.4",
      "Observation?value-quantity=5", "Observation?value-quantity=gt5.4", "Observation?value-quantity=lt100|urn:u|g/L",
      "Observation?value-quantity=ge5.4||g/L", "Observation?value-quantity=ne5.4", "Observation?value-quantity=ap5",
      "Observation?value-quantity=100", "Observation?value-quantity=le0", "Observation?value-string=all",
      "Observation?value-string:contains=FINE", "Observation?value-concept=urn:v|pos", "Observation?value-concept=neg",
      "Observation?code-value-quantity=8480-6$gt50", "Observation?code-value-quantity=http://loinc.org|8480-6$5.4",
      "Observation?code-value-quantity=8480-6$lt50|urn:u|g/L", "Observation?code-value-concept=718-7$pos",
      "Observation?code-value-concept=http://loinc.org|718-7$urn:v|pos", "Observation?code-value-string=8462-4$all",
      "Observation?combo-code-value-quantity=8480-6$ge5", "Observation?date=2020", "Observation?date=ne2020",
      "Observation?date=gt2020", "Observation?date=2020-03", "Observation?date=lt2020-03-04T12:00:00Z",
      "Observation?date=ge2019-06-15&date=le2021-02", "Observation?date:missing=true",
      "Observation?subject=http://elsewhere/Patient/p1", "Observation?patient.birthdate=lt2020&code=8480-6",
      "Observation?encounter.patient.gender=male", "Observation?encounter.date=2020", "Questionnaire?url=http://example.org/q/a",
      "Questionnaire?url:below=http://example.org/q/a", "Questionnaire?url:above=http://example.org/q/a/b/c",
      "Questionnaire?title=screen", "Questionnaire?title:contains=%E6%9F%A5", "Patient?_lastUpdated=gt2000",
      "Patient?_lastUpdated=lt2000", "?_type=Patient,Encounter&_lastUpdated=ge2000", "?_id=p1,e1,ob1",
      "Patient?identifier:of-type=urn:t|MR|3", "Patient?identifier:of-type=urn:t|SS|7,urn:t|MR|8", "Patient?identifier:of-type=urn:u|MR|3",
      "Patient?gender:in=urn:vs", "Patient?gender:not-in=urn:vs", "Observation?code:in=urn:vs", "Observation?code:not-in=urn:vs",
      "Observation?code:in=urn:vs&status=final", "Observation?combo-code:in=urn:vs", "Observation?value-concept:in=urn:vs",
      "Observation?code:below=http://loinc.org|718-7", "Observation?code:above=http://loinc.org|718-7",
      "Patient?_has:Observation:patient:code:in=urn:vs", "Encounter?patient.gender:in=urn:vs",
      "Observation?code=nothing&status=final", "Patient?gender=male&gender=female",
      "Observation?_content=blood", "Observation?_content=blood pressure", "Observation?_content=\"blood pressure\"", "Observation?_content=pressure or 正常",
      "Observation?_content=血压", "Observation?_content=血压正常", "Observation?_content=正", "Observation?_content=常", "Observation?_content=xyzc", "Observation?_content=xy",
      "Observation?_text=胸", "Observation?_text=胸痛", "Observation?_text=xt", "Observation?_text=chest not 胸", "Observation?_text=blood", "Observation?_text=not 痛",
      "Observation?_content=fin*", "Observation?_content=sys*&status=final", "Patient?_content=wang", "Patient?_content=王小明", "Patient?_content=wxm", "Patient?_content=3",
      "?_type=Patient,Observation&_content=明 or 胸", "?_content=ward", "Encounter?patient.gender=male&_content=nothing",
      "Observation?value-quantity=gt5.4|http://unitsofmeasure.org|g/L", "Observation?value-quantity=5.4|http://unitsofmeasure.org|mg/mL",
      "Observation?value-quantity=lt120|http://unitsofmeasure.org|mg/L", "Observation?value-quantity=ap5|http://unitsofmeasure.org|g/L",
      "Observation?value-quantity=ge5|http://unitsofmeasure.org|Cel", "Observation?value-quantity=ne5|http://unitsofmeasure.org|g/L",
      "Observation?code-value-quantity=8480-6$gt5|http://unitsofmeasure.org|mg/mL", "Observation?value-quantity=5|http://unitsofmeasure.org|nonsense",
      "Encounter?location:below=Location/l1", "Encounter?location:below=l2,l3", "Encounter?location:above=Location/l1", "Encounter?location=l1", "Location?partof:below=l1",
      "Location?partof:above=l5", "Encounter?part-of:below=e1", "Encounter?location:below=l13", "Encounter?location:above=l13", "Encounter?location.partof:below=l1",
      "Location?near=30.5|119.5|30|km", "Location?near=30.5|119.5", "Location?near=30.5|119.5|20000|m", "Location?near:missing=true", "Encounter?location.near=30.5|119.5|40|km",
      "Patient?_list=li1", "Patient?_list=List/li1,li2", "Observation?_list=li1&status=final", "?_list=li2", "Patient?_list=nothing",
      "Patient?_filter=gender eq male and birthdate ge 2019", "Patient?_filter=not (gender eq male)", "Patient?_filter=family eq li or family ew ming or name co er",
      "Patient?_filter=family ne li", "Patient?_filter=identifier ne urn:a|3", "Patient?_filter=gender ne male", "Patient?_filter=organization ne Organization/o1",
      "Patient?_filter=_id ne p1", "Patient?_filter=name sw wxm", "Patient?_filter=address-city ew bay", "Patient?_filter=birthdate pr false and gender pr true",
      "Patient?_filter=birthdate po 2020", "Encounter?_filter=date po 2020-03", "Encounter?_filter=date ne 2020", "Encounter?_filter=patient[gender eq male].birthdate lt 2020",
      "Encounter?_filter=patient.name co \"明\" or class eq IMP", "Observation?_filter=not (status eq final or code eq 8480-6) and value-quantity gt 5",
      "Observation?_filter=value-quantity eq \"5.4|http://unitsofmeasure.org|g/L\"", "Patient?_filter=_has:Observation:patient:code eq 718-7 and gender eq male",
      "Observation?_filter=code in urn:vs", "Observation?_filter=code ni urn:vs", "Observation?_filter=code ss http://loinc.org|718-7", "Observation?_filter=code sb http://loinc.org|718-7",
      "Encounter?_filter=location ss Location/l1", "Questionnaire?_filter=url sw http://example.org/q/a", "Questionnaire?_filter=url co q/a", "Questionnaire?_filter=url ew b",
      "Questionnaire?_filter=url ne http://example.org/q/a", "?_type=Patient,Encounter&_filter=not (_id eq p1 or _id eq e1)",
      "Observation?_filter=encounter[status eq finished and class eq AMB].patient[gender eq female].active eq true",
  };
  for (int i = 0; i < 60; ++i) {
    const char* prefixes[] = {"", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"};
    std::string date = g.Date();
    if (date.size() > 10 && date.back() != 'Z') date = date.substr(0, 10);
    out.push_back((i % 3 == 0 ? "Patient?birthdate=" : i % 3 == 1 ? "Encounter?date=" : "Observation?date=") +
                  std::string(prefixes[g.Below(10)]) + date);
    out.push_back("Observation?value-quantity=" + std::string(prefixes[g.Below(10)]) +
                  (g.Below(2) ? g.Pick({"5", "5.4", "5.40", "120", "100", "-3", "0", "1e2", "99"}) : g.Value()) +
                  (g.Below(3) ? "" : g.Pick({"||g/L", "|urn:u|g/L", "|urn:u|", "||nothing"})));
    out.push_back((i % 3 == 0 ? "Task?due=" : i % 3 == 1 ? "Task?wake=" : "Task?window-end=") + std::string(prefixes[g.Below(10)]) + (i % 3 == 1 ? "2020-02-1" + std::to_string(g.Below(10)) : date));
    // Two comparisons of one date: also where a task has two of it, and meets each with another.
    const char* both[] = {"Task?wake", "Task?due", "Encounter?date", "Observation?date", "Patient?birthdate"};
    const std::string asked = both[i % 5], code = asked.substr(asked.find('?') + 1);
    const auto one = [&] {
      const std::string day = i % 5 != 0 ? g.Date().substr(0, 10) : "2020-0" + std::to_string(1 + g.Below(3)) + (g.Below(2) ? "" : "-1" + std::to_string(g.Below(10)));
      return "=" + std::string(prefixes[g.Below(10)]) + day;
    };
    std::string pair = asked + one();
    pair += "&" + code + one();
    out.push_back(pair);
    out.push_back("RiskAssessment?probability=" + std::string(prefixes[g.Below(10)]) +
                  g.Pick({"0", "0.1", "0.25", "0.5", "1", "0.3", "0.75", "-1", "2", "1e-3"}));
  }
  return out;
}

void SplitSearch(const std::string& search, std::string& type, std::string& text) {
  const size_t mark = search.find('?');
  type = search.substr(0, mark);
  text = search.substr(mark + 1);
}

TEST_P(StoreContract, SearchesAgreeWithTheJudge) {
  const uint64_t seed = 4711;
  Generator generator(seed);
  OpenOptions options;
  options.parameters = &R4Parameters();
  options.clock = &clock_;
  options.random = &random_;
  const std::unique_ptr<Store> judge = OpenMemoryStore(options).value();
  for (int commit = 0; commit < 160; ++commit) {
    std::vector<Change> changes;
    for (uint64_t n = 1 + generator.Below(6); n > 0; --n) {
      Change change = generator.Next();
      if (generator.Below(15) == 0) change = Delete(change.type, change.id);
      changes.push_back(std::move(change));
    }
    ASSERT_TRUE(judge->Commit(system_, {changes, "test"}).ok());
    MustCommit(std::move(changes));
    clock_.Advance(static_cast<int64_t>(generator.Below(3)) * 1'000'000);
  }
  const Strings searches = Searches(generator);
  for (const std::optional<uint64_t> t : {std::optional<uint64_t>(), std::optional<uint64_t>(80)}) {
    const auto mine = Snap(t);
    const auto right = judge->OpenSnapshot(system_, t).value();
    int some = 0;
    std::set<std::string> refused;
    for (const std::string& search : searches) {
      std::string type, text;
      SplitSearch(search, type, text);
      Thousand vocabulary;
      const auto query = search::Query::ParseText(R4Parameters(), type, text + "&_count=1000&_total=accurate", {.vocabulary = &vocabulary});
      if (!query.ok()) {   // what the parser refuses is not ours
        refused.insert(search);
        continue;
      }
      const auto got = mine->Search(*query);
      const auto expected = right->Search(*query);
      ASSERT_TRUE(expected.ok()) << search;
      ASSERT_TRUE(got.ok()) << search << ": " << Describe(got.error());
      EXPECT_EQ(Sorted(Ids(got->matches)), Sorted(Ids(expected->matches))) << search << " seed " << seed;
      EXPECT_EQ(got->total, expected->total) << search;
      some += expected->matches.empty() ? 0 : 1;
    }
    EXPECT_GT(some, 200) << "the searches must find something";
    EXPECT_EQ(refused, (std::set<std::string>{"Patient?_has:Observation:patient:_has:Nothing"}));
  }
}

// Two comparisons of one date are met by two dates as well as by one between them; also where many have several.
TEST_P(StoreContract, BetweenTwoDatesAndAroundThem) {
  const auto task = [](const std::string& id, const Strings& wakes) {
    std::string extensions;
    for (const std::string& at : wakes)
      extensions += (extensions.empty() ? "" : ",") + std::string(R"({"url":"https://fhir.qianxian.cn/StructureDefinition/wake","valueInstant":")") + at + "\"}";
    return Put("Task", id, Json("Task", id, R"("status":"ready","intent":"order","extension":[)" + extensions + "]"));
  };
  const std::string before = "2020-03-01T00:00:00Z", between = "2020-03-10T12:00:00Z", after = "2020-03-20T00:00:00Z";
  const auto found = [&](const std::string& text) { return Ids(Search("Task", text + "&_count=1000").matches); };
  MustCommit({task("before", {before}), task("between", {between}), task("after", {after}), task("around", {before, after}), task("both-before", {before, "2020-03-02T00:00:00Z"})});
  EXPECT_EQ(Sorted(found("wake=gt2020-03-10&wake=lt2020-03-11")), (Strings{"Task/around"})) << "the day itself is neither after nor before it";
  EXPECT_EQ(Sorted(found("wake=sa2020-03-10T00:00:00Z&wake=le2020-03-11T00:00:00Z")), (Strings{"Task/around", "Task/between"}));
  EXPECT_EQ(Sorted(found("wake=ge2020-03-10T12:00:00Z&wake=le2020-03-10T12:00:00Z")), (Strings{"Task/around", "Task/between"}));
  EXPECT_EQ(found("wake=gt2020-04&wake=lt2020-02"), Strings{});
  EXPECT_EQ(Sorted(found("wake=lt2020-03-05&wake=lt2020-03-02&wake=gt2020-03-10")), (Strings{"Task/around"}));
  MustCommit({task("around", {after})});
  EXPECT_EQ(found("wake=sa2020-03-10T00:00:00Z&wake=le2020-03-11T00:00:00Z"), (Strings{"Task/between"})) << "it has two no more";
  std::vector<Change> many;
  for (int i = 0; i < 260; ++i) many.push_back(task("many-" + std::to_string(i), {before, i % 2 ? after : "2020-03-02T00:00:00Z"}));
  MustCommit(std::move(many));
  EXPECT_EQ(found("wake=sa2020-03-10T00:00:00Z&wake=le2020-03-11T00:00:00Z").size(), 131u);
}

TEST_P(StoreContract, NamesAreFoundAsTheyAreTyped) {
  MustCommit({Put("Patient", "text", Json("Patient", "text", R"("name":[{"text":"张伟"}])")),
              Put("Patient", "parts", Json("Patient", "parts", R"("name":[{"family":"张","given":["薇"]}])")),
              Put("Patient", "shan", Json("Patient", "shan", R"("name":[{"text":"单田芳"}])")),
              Put("Patient", "zw", Json("Patient", "zw", R"("name":[{"family":"Zwingli","given":["Ulrich"]}])")),
              Put("Practitioner", "d", Json("Practitioner", "d", R"("name":[{"family":"张","given":["维"],"text":"张维 主任"}])"))});
  const auto found = [&](const std::string& type, const std::string& text) { return Sorted(Ids(Search(type, text).matches)); };
  const Strings both = {"Patient/parts", "Patient/text"};
  EXPECT_EQ(found("Patient", "phonetic=zhangwei"), both);
  EXPECT_EQ(found("Patient", "phonetic=Zhang Wei"), both);
  EXPECT_EQ(found("Patient", "phonetic=zhang"), both);
  EXPECT_EQ(found("Patient", "phonetic=zw"), (Strings{"Patient/parts", "Patient/text", "Patient/zw"}));
  EXPECT_EQ(found("Patient", "name=zw"), found("Patient", "phonetic=zw"));
  EXPECT_EQ(found("Patient", "name=zwi"), (Strings{"Patient/zw"}));
  EXPECT_EQ(found("Patient", "name=%E5%BC%A0"), both);
  EXPECT_EQ(found("Patient", "phonetic=%E5%BC%A0%E4%BC%9F"), both) << "what sounds alike";
  EXPECT_EQ(found("Patient", "name=%E5%BC%A0%E4%BC%9F"), (Strings{"Patient/text"}));
  EXPECT_EQ(found("Patient", "name:exact=zw"), Strings{});
  EXPECT_EQ(found("Patient", "phonetic=shantianfang"), (Strings{"Patient/shan"}));
  EXPECT_EQ(found("Patient", "phonetic=dtf"), (Strings{"Patient/shan"}));
  EXPECT_EQ(found("Practitioner", "name=zw"), (Strings{"Practitioner/d"}));
  EXPECT_EQ(found("", "_type=Patient,Practitioner&phonetic=zhangw"), (Strings{"Patient/parts", "Patient/text", "Practitioner/d"}));
  MustCommit({Put("Patient", "text", Json("Patient", "text", R"("name":[{"text":"李明"}])"))});
  EXPECT_EQ(found("Patient", "phonetic=zhangwei"), (Strings{"Patient/parts"}));
}

TEST_P(StoreContract, ExplainsHowItFound) {
  MustCommit({Put("Patient", "a", Json("Patient", "a", R"("gender":"male","name":[{"text":"张伟"}])")), Put("Patient", "b", Json("Patient", "b", R"("gender":"male")"))});
  const SearchPage page = Search("Patient", "gender=male&name=zw&_explain=true");
  EXPECT_EQ(Ids(page.matches), (Strings{"Patient/a"}));
  ASSERT_FALSE(page.notes.empty());
  for (const std::string& note : page.notes) EXPECT_EQ(note.rfind(search::kPlanMark, 0), 0u) << note;
  const std::string count = Search("Patient", "gender=male&_summary=count&_explain=true").notes.back();
  EXPECT_NE(count.find('2'), std::string::npos) << count;
  EXPECT_TRUE(Search("Patient", "gender=male").notes.empty());
}

// The text of every state stays what it was.
TEST_P(StoreContract, TextIsThatOfTheState) {
  const auto note = [](const std::string& text) { return Put("Condition", "c", Json("Condition", "c", R"("subject":{"display":"x"},"code":{"text":")" + text + "\"}")); };
  const uint64_t first = MustCommit({note("急性胃炎")}).t;
  MustCommit({note("慢性胃炎")});
  const uint64_t second = MustCommit({Put("Patient", "p", Json("Patient", "p"))}).t;
  MustCommit({Delete("Condition", "c")});
  const auto found = [&](const std::string& text, std::optional<uint64_t> t) {
    const auto query = search::Query::ParseText(R4Parameters(), "Condition", "_content=" + text).value();
    return Snap(t)->Search(query)->matches.size();
  };
  EXPECT_EQ(found("急性", first), 1u);
  EXPECT_EQ(found("慢性", first), 0u);
  EXPECT_EQ(found("急性", second), 0u);
  EXPECT_EQ(found("慢性胃炎", second), 1u);
  EXPECT_EQ(found("胃炎", std::nullopt), 0u);
  ASSERT_TRUE(store_->RebuildIndex(system_, nullptr).ok());
  EXPECT_EQ(found("急性", first), 1u);
  EXPECT_EQ(found("慢性胃炎", second), 1u);
  EXPECT_TRUE(store_->Check(system_)->good());
}

TEST_P(StoreContract, AnyOfSeveralClauses) {
  MustCommit({Put("Patient", "p1", Json("Patient", "p1")), Put("Patient", "p2", Json("Patient", "p2")),
              Put("Observation", "a", Json("Observation", "a", R"("status":"final","subject":{"reference":"Patient/p1"})")),
              Put("Observation", "b", Json("Observation", "b", R"("status":"final","performer":[{"reference":"Patient/p1"}],"subject":{"reference":"Patient/p2"})")),
              Put("Observation", "c", Json("Observation", "c", R"("status":"final","subject":{"reference":"Patient/p2"})")),
              Put("Encounter", "e", Json("Encounter", "e", R"("status":"finished","subject":{"reference":"Patient/p1"})"))});
  search::Clause any;
  any.kind = search::Clause::Kind::kAny;
  for (const auto& [type, text] : {std::pair{"Observation", "subject=Patient/p1"}, std::pair{"Observation", "performer=Patient/p1"},
                                   std::pair{"Encounter", "patient=Patient/p1"}}) {
    any.chained.push_back(search::Query::ParseText(R4Parameters(), type, text)->clauses.front());
  }
  auto found = [&](const std::string& type, const std::string& text) {
    search::Query query = search::Query::ParseText(R4Parameters(), type, text).value();
    query.clauses.push_back(any);
    return Sorted(Ids(Snap()->Search(query)->matches));
  };
  EXPECT_EQ(found("Observation", ""), (std::vector<std::string>{"Observation/a", "Observation/b"}));
  EXPECT_EQ(found("Observation", "subject=Patient/p2"), (std::vector<std::string>{"Observation/b"}));
  EXPECT_EQ(found("Patient", ""), std::vector<std::string>{}) << "a type that no clause is of";
  EXPECT_EQ(found("", "_type=Observation,Encounter,Patient"), (std::vector<std::string>{"Encounter/e", "Observation/a", "Observation/b"}));
}

TEST_P(StoreContract, IncludesAgreeWithTheJudge) {
  Generator generator(99);
  OpenOptions options;
  options.parameters = &R4Parameters();
  options.clock = &clock_;
  options.random = &random_;
  const std::unique_ptr<Store> judge = OpenMemoryStore(options).value();
  for (int commit = 0; commit < 120; ++commit) {
    std::vector<Change> changes;
    for (int n = 0; n < 5; ++n) changes.push_back(generator.Next());
    ASSERT_TRUE(judge->Commit(system_, {changes, "test"}).ok());
    MustCommit(std::move(changes));
  }
  for (const char* search :
       {"Observation?code=8480-6&_include=Observation:patient", "Observation?code=8480-6&_include=Observation:subject:Patient",
        "Observation?_include=Observation:encounter&_include:iterate=Encounter:patient", "Encounter?_include=*",
        "Encounter?class=AMB&_include=Encounter:part-of", "Encounter?class=AMB&_include:iterate=Encounter:part-of", "Patient?gender=male&_revinclude=Encounter:patient",
        "Patient?gender=male&_revinclude=Encounter:patient&_revinclude:iterate=Observation:encounter",
        "Patient?_id=p1,p2&_revinclude=Observation:subject&_revinclude=Observation:patient"}) {
    std::string type, text;
    SplitSearch(search, type, text);
    const auto query = search::Query::ParseText(R4Parameters(), type, text + "&_count=1000");
    ASSERT_TRUE(query.ok()) << search << Describe(query.error());
    const auto got = Snap()->Search(*query).value();
    const auto expected = judge->OpenSnapshot(system_, std::nullopt).value()->Search(*query).value();
    EXPECT_EQ(Sorted(Ids(got.matches)), Sorted(Ids(expected.matches))) << search;
    EXPECT_EQ(Sorted(Ids(got.included)), Sorted(Ids(expected.included))) << search;
    EXPECT_FALSE(expected.included.empty()) << search;
  }
}

TEST_P(StoreContract, CountsAgreeWithTheJudge) {
  Generator generator(31);
  OpenOptions options;
  options.parameters = &R4Parameters();
  options.clock = &clock_;
  options.random = &random_;
  const std::unique_ptr<Store> judge = OpenMemoryStore(options).value();
  for (int commit = 0; commit < 150; ++commit) {
    std::vector<Change> changes;
    for (int n = 0; n < 6; ++n) {
      Change change = generator.Next();
      if (generator.Below(15) == 0) change = Delete(change.type, change.id);
      change.owner = generator.Pick({"o1", "o2"});
      changes.push_back(std::move(change));
    }
    ASSERT_TRUE(judge->Commit(system_, {changes, "test"}).ok());
    MustCommit(std::move(changes));
  }
  int counted = 0;
  for (const access::Caller& caller : {system_, Somebody(access::Role::kClinician, {"o1"})}) {
    for (const std::optional<uint64_t> t : {std::optional<uint64_t>(), std::optional<uint64_t>(70)}) {
      for (const char* search :
           {"Patient?_sort=gender", "Patient?_sort=-birthdate", "Patient?_sort=identifier", "Patient?_sort=organization", "Patient?gender=male&_sort=birthdate",
            "Observation?_sort=code", "Observation?_sort=-status", "Observation?_sort=patient", "Observation?_sort=date", "Observation?date=ge2020&_sort=encounter",
            "Observation?code=8480-6&patient.gender=male&_sort=status", "Encounter?_sort=location", "Encounter?_sort=date", "Encounter?_sort=class",
            "Questionnaire?_sort=url", "Task?_sort=due", "Task?_sort=wake", "Encounter?status=nothing&_sort=class"}) {
        std::string type, text;
        SplitSearch(search, type, text);
        const auto query = search::Query::ParseText(R4Parameters(), type, text);
        ASSERT_TRUE(query.ok()) << search << Describe(query.error());
        const auto told = [](const std::vector<Tally>& tallies) {
          Strings out;
          for (const Tally& tally : tallies) out.push_back(tally.value + " " + std::to_string(tally.resources));
          return out;
        };
        const Strings got = told(Snap(caller, t)->CountBy(*query).value()), expected = told(judge->OpenSnapshot(caller, t).value()->CountBy(*query).value());
        EXPECT_EQ(got, expected) << search;
        counted += expected.size() > 1;
      }
    }
  }
  EXPECT_GT(counted, 50) << "the counts must have something to count";
  for (const char* text : {"", "_sort=family", "_sort=_lastUpdated"}) {
    const auto refused = Snap()->CountBy(search::Query::ParseText(R4Parameters(), "Patient", text).value());
    ASSERT_FALSE(refused.ok()) << text;
    EXPECT_EQ(refused.error().code, "cannot-count-by");
  }
}

}  // namespace
}  // namespace qianxian::store
