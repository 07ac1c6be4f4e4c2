// The API's shapes by the names the page uses for them; the shapes themselves are generated.
import type { components } from "./schema";

type Schemas = components["schemas"];

export type House = Schemas["House"];
export type Names = Schemas["Names"];
export type PlaceNode = Schemas["PlaceNode"];
export type Live = Schemas["LiveSum"];
export type State = Schemas["State"];
export type DeviceState = Schemas["DeviceState"];
export type SourceState = Schemas["SourceState"];
export type DeviceMeta = Schemas["DeviceMetaRow"];
export type DeviceMetaInput = Schemas["DeviceMetaInput"];
export type WeekHour = Schemas["WeekHour"];
export type WeekHours = Schemas["WeekHours"];
export type UnitPrice = Schemas["PriceRow"];
export type NewPrice = Schemas["NewPrice"];
export type PriceInput = Schemas["PriceInput"];
export type Cost = Schemas["Cost"];
export type CostRow = Schemas["CostRow"];
export type Figures = Schemas["Figures"];
export type Effect = Schemas["Effect"];
/** A change of prices to try without making it. */
export type Trial =
  | Schemas["AddTrial"]
  | Schemas["ChangeTrial"]
  | Schemas["DeleteTrial"]
  | Schemas["ImportTrial"];
export type EffectOverRange = Schemas["EffectOverRange"];
export type Comparison = Schemas["Comparison"];
export type Curves = Schemas["Curves"];
export type Availability = Schemas["Availability"];
export type Marks = Schemas["Marks"];
export type SourceReport = Schemas["SourceReport"];
export type PlotPoint = Schemas["PlotPoint"];
export type VerdictReason = Schemas["VerdictReason"];
export type Explanation = Schemas["Explanation"];
export type ExplainedSlot = Schemas["ExplainedSlot"];
export type EdgeReading = Schemas["EdgeReading"];
export type UsedPrice = Schemas["UsedPrice"];
export type CounterReading = Schemas["CounterReading"];
export type Reconciliation = Schemas["Reconciliation"];
export type ReconcileRow = Schemas["ReconcileRow"];
export type Reason = Schemas["Reason"];
export type FirstScreen = Schemas["FirstScreen"];
export type Notice = Schemas["Notice"];
export type NoticeList = Schemas["NoticeList"];
export type EventList = Schemas["EventList"];
export type CounterEvent = Schemas["EventRow"];
export type Balance = Schemas["Balance"];
export type RegisteredDevice = Schemas["RegisteredDevice"];
export type HistoryRow = Schemas["HistoryRow"];
export type Bill = Schemas["Bill"];
export type PeriodBills = Schemas["PeriodBills"];
export type Shares = Schemas["Shares"];
export type BillForecast = Schemas["BillForecast"];
export type WhatIf = Schemas["WhatIf"];
export type WhatIfInput = Schemas["WhatIfInput"];
export type Contract = Schemas["ContractRow"];
export type ContractInput = Schemas["ContractInput"];
export type ContractTemplate = Schemas["TemplateRow"];
export type ReadingDates = Schemas["ReadingDates"];
export type Revision = Schemas["RevisionRow"];
export type Series = Schemas["SeriesRow"];
export type SeriesValues = Schemas["SeriesValues"];
export type SeriesInput = Schemas["SeriesInput"];
export type SeriesChange = Schemas["SeriesChange"];
export type ValueChange = Schemas["ValueChange"];
export type RealBill = Schemas["RealBillRow"];
export type RealBillInput = Schemas["RealBillInput"];
export type Budget = Schemas["BudgetRow"];
export type ContractEffect = Schemas["ContractEffect"];
export type PeriodEffect = Schemas["PeriodEffect"];
/** A change of contracts to try without making it. */
export type ContractTrial =
  | Schemas["AddContractTrial"]
  | Schemas["ChangeContractTrial"]
  | Schemas["DeleteContractTrial"];
