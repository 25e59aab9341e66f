#include "tests/client/import/import_fixture.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "core/gate/canonical_bytes.h"
#include "core/gate/gate_policy.h"
#include "core/model/errors.h"

namespace corridor {
namespace {

// The bytes that would be signed, salts included.
std::string BytesOf(const OutgoingStatement& statement) {
  return CanonicalBytes(statement.routing) + CanonicalBytes(statement.body) +
         statement.routing_salt + statement.body_salt;
}

}  // namespace

ctl::ImportMapping ParseMapping(std::string_view text) {
  ctl::ImportMapping mapping;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(std::string(text), &mapping));
  return mapping;
}

ctl::ImportMapping ExampleMapping() {
  return ParseMapping(R"pb(
    id: "example"
    dataset: "invented-2024"
    select { all_of { column: "kind" in: "noise" negate: true } }
    publishers { spiffe_id: "spiffe://ea.example/agency/ke-desk" country: "KEN" }
    publishers { spiffe_id: "spiffe://sea.example/agency/th-desk" country: "THA" }
    publisher_rules { country_column: "to" }
    publisher_rules { country_column: "from" }
    audience_rules { countries_of_row { columns: "from" columns: "to" among: "KEN" among: "THA" } }
    audience_rules { publishers_region {} }
    envelope { tlp: TLP_GREEN status: ALERT_STATUS_ACTUAL urgency: URGENCY_PAST }
    validity { days: 30 }
    observed { column: "year" }
    content { severity: SEVERITY_UNKNOWN certainty: CERTAINTY_OBSERVED }
    where_present { affected_group { group_size: GROUP_SIZE_NOT_STATED gender: GENDER_NOT_STATED } }
    legs { stage: ROUTE_STAGE_RECRUITMENT code_column: "from" label_column: "from" }
    legs { stage: ROUTE_STAGE_EXPLOITATION label_column: "to" }
    places { label: "THA" place: "THA" }
    places { label: "KEN" place: "KEN" }
    places { label: "the Gulf" place: "145" }
    columns {
      column: "kind"
      split: ";"
      field: "pattern.purposes"
      codes { label: "labour" value: "FORCED_LABOUR" }
      codes { label: "home" value: "TRAFFICKING_PURPOSE_SERVITUDE" }
      codes { label: "unsaid" }
      codes {
        label: "soldier"
        value: "FORCED_MILITARY"
        also { field: "affected_group.age_band" value: "MINOR" if_unset: true }
      }
    }
    columns {
      column: "who"
      split: "+"
      field: "affected_group.age_band"
      codes { label: "adults" value: "ADULT" }
      codes { label: "children" value: "MINOR" }
    }
  )pb");
}

CsvReader OpenCsv(std::string text, char delimiter) {
  absl::StatusOr<CsvReader> reader = CsvReader::Open(std::move(text), delimiter);
  EXPECT_TRUE(reader.ok()) << reader.status();
  return *std::move(reader);
}

void FakeOutlet::Send(OutgoingStatement statement, Done done) {
  ++sent_;
  if (refuse) {
    if (absl::Status status = refuse(statement); !status.ok()) return done(status);
  }
  const std::pair key(statement.body.publisher(), statement.body.statement_id());
  const auto [it, fresh] = accepted_.try_emplace(key, statement);
  if (sent_ > silent_after) {
    unanswered_.push_back(std::move(done));
    interrupted = true;
    return;
  }
  if (!fresh && BytesOf(it->second) != BytesOf(statement)) {
    return done(Error(v1::ERROR_REASON_STATEMENT_ID_REUSED, "other content"));
  }
  v1::Receipt receipt;
  receipt.set_repeated(!fresh);
  done(receipt);
}

ImportResult RunImport(const ctl::ImportMapping& mapping, std::string csv,
                       std::shared_ptr<ImportState> state, FakeOutlet& outlet,
                       const ImportOptions& options) {
  ImportResult result;
  CsvReader reader = OpenCsv(std::move(csv));
  absl::StatusOr<RowMapper> mapper = RowMapper::Make(mapping, reader.header());
  if (!mapper.ok()) {
    result.status = mapper.status();
    return result;
  }
  const Gate gate(DefaultGatePolicy());
  Importer importer(mapping, gate, std::move(state), outlet, options);
  result.status = importer.Run(
      reader, *mapper, outlet.interrupted,
      [&result](uint64_t row, uint64_t line, const RowFault& fault) {
        result.faults.push_back({row, line, fault});
      },
      [](const ImportCounts&) {});
  result.counts = importer.counts();
  return result;
}

}  // namespace corridor
