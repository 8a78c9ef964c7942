// Search parameters of this program's own, compiled like R4's: what due lists, timers and programmes ask for. They look at
// extensions under https://fhir.qianxian.cn/StructureDefinition/ (docs/formats/fhir.md). Each expression is plain, and costs
// nothing where the extension is missing, but for the two of what is open, which cost two runs of the general engine a Task.
#include "search/parameters_state.h"

#include "fhir/definitions.h"

namespace qianxian::search {

const std::vector<fhir::SearchParameterDefinition>& OwnParameters() {
  static const auto* const own = new std::vector<fhir::SearchParameterDefinition>{
      {"due", "date", {"Task"}, {}, "https://fhir.qianxian.cn/SearchParameter/Task-due",
       "(Task.extension.where(url = 'https://fhir.qianxian.cn/StructureDefinition/due').value as date)", {},
       "The day on which the task is due"},
      // Of what is open alone: a morning's list of an institution walks neither the years of what was done nor what is open elsewhere.
      {"open-due", "date", {"Task"}, {}, "https://fhir.qianxian.cn/SearchParameter/Task-open-due",
       "(Task.where(status = 'ready' or status = 'in-progress').extension.where(url = 'https://fhir.qianxian.cn/StructureDefinition/due').value as date)", {},
       "The day on which the task is due, while it is open"},
      {"open-owner", "reference", {"Task"}, {"Organization"}, "https://fhir.qianxian.cn/SearchParameter/Task-open-owner",
       "Task.where(status = 'ready' or status = 'in-progress').owner", {}, "Whose the task is, while it is open"},
      {"wake", "date", {"Task"}, {}, "https://fhir.qianxian.cn/SearchParameter/Task-wake",
       "(Task.extension.where(url = 'https://fhir.qianxian.cn/StructureDefinition/wake').value as instant)", {},
       "When the program looks at the task again by itself"},
      {"pathway", "token", {"Task", "EpisodeOfCare", "CarePlan", "Basic"}, {}, "https://fhir.qianxian.cn/SearchParameter/pathway",
       "(Task.extension.where(url = 'https://fhir.qianxian.cn/StructureDefinition/pathway').value as Coding)"
       " | (EpisodeOfCare.extension.where(url = 'https://fhir.qianxian.cn/StructureDefinition/pathway').value as Coding)"
       " | (CarePlan.extension.where(url = 'https://fhir.qianxian.cn/StructureDefinition/pathway').value as Coding)"
       " | (Basic.extension.where(url = 'https://fhir.qianxian.cn/StructureDefinition/pathway').value as Coding)", {},
       "The pathway that it belongs to"},
      {"stage", "token", {"EpisodeOfCare", "CarePlan"}, {}, "https://fhir.qianxian.cn/SearchParameter/stage",
       "(EpisodeOfCare.extension.where(url = 'https://fhir.qianxian.cn/StructureDefinition/stage').value as code)"
       " | (CarePlan.extension.where(url = 'https://fhir.qianxian.cn/StructureDefinition/stage').value as code)", {},
       "The stage of the pathway that the patient is in"},
      {"stage-since", "date", {"EpisodeOfCare"}, {}, "https://fhir.qianxian.cn/SearchParameter/EpisodeOfCare-stage-since",
       "(EpisodeOfCare.extension.where(url = 'https://fhir.qianxian.cn/StructureDefinition/stage-since').value as date)", {},
       "The day on which the patient came into the stage"},
      {"edition", "token", {"EpisodeOfCare"}, {}, "https://fhir.qianxian.cn/SearchParameter/EpisodeOfCare-edition",
       "(EpisodeOfCare.extension.where(url = 'https://fhir.qianxian.cn/StructureDefinition/edition').value as string)", {},
       "The edition of the pathway that the patient is led by"},
      {"transition", "token", {"EpisodeOfCare"}, {}, "https://fhir.qianxian.cn/SearchParameter/EpisodeOfCare-transition",
       "(EpisodeOfCare.extension.where(url = 'https://fhir.qianxian.cn/StructureDefinition/transition').value as code)", {},
       "From which stage to which the patient went: STAGE>STAGE or STAGE>exit:REASON"},
      {"window-end", "date", {"Task"}, {}, "https://fhir.qianxian.cn/SearchParameter/Task-window-end", "Task.restriction.period.end", {},
       "The last day or moment for which the task is asked"},
  };
  return *own;
}

}  // namespace qianxian::search
