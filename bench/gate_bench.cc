// What the gate costs, on one core. Targets: a statement without free text at most 3 us on top of
// reading it; a headline of 160 characters at most 60 us at the median, with something like a
// telephone number in it 300 us; a note of 1,000 characters under 1 ms at p99; and time that grows
// with the text and no faster, whatever the text is.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "core/crypto/digest.h"
#include "core/crypto/statement_proof.h"
#include "core/gate/canonical_bytes.h"
#include "core/gate/content_rules.h"
#include "core/gate/gate.h"
#include "core/gate/gate_policy.h"
#include "core/gate/text_rules.h"
#include "core/gate/text_scan.h"
#include "core/model/statement.h"
#include "tests/support/seeded_random.h"
#include "tests/support/test_statements.h"

namespace corridor {
namespace {

constexpr size_t kHeadlineCharacters = 160;
constexpr size_t kNoteCharacters = 1000;

const TextScanner& Scanner() {
  static const TextScanner& scanner = *new TextScanner(DefaultGatePolicy().phone_regions);
  return scanner;
}

v1::SignedStatement ExampleStatement() {
  SeededRandom random(1);
  return Sign(ExampleIssue("spiffe://eac.example/agency/ke-desk", 1), RoutingToAll(),
              SigningKey::Generate(), random);
}

// --- A statement without free text.

// What the gate's own rules add to a statement that is read in any case.
void BM_RulesWithoutText(benchmark::State& state) {
  const GatePolicy policy = DefaultGatePolicy();
  const v1::StatementBody body = ExampleIssue("spiffe://eac.example/agency/ke-desk", 1);
  const v1::AlertContent& content = body.issue().content();
  const TextScanner& scanner = Scanner();
  for (auto _ : state) {
    std::vector<FieldViolation> violations;
    CheckContentRules(content, policy, "body.issue.content", violations);
    CheckTexts(content, body.tlp(), policy, scanner, "body.issue.content", violations);
    benchmark::DoNotOptimize(violations);
  }
}
BENCHMARK(BM_RulesWithoutText);

// The whole examination: reading the canonical bytes, vocabulary, structure, rules.
void BM_ExamineWithoutText(benchmark::State& state) {
  const Gate gate(DefaultGatePolicy());
  const v1::SignedStatement statement = ExampleStatement();
  for (auto _ : state) benchmark::DoNotOptimize(gate.Examine(statement, GateSide::kPublisher));
}
BENCHMARK(BM_ExamineWithoutText);

// What any broker does with a signed statement, gate or no gate: parse both parts and make the
// digest that was signed. What the gate adds is BM_ExamineWithoutText less this.
void BM_ParseWithoutText(benchmark::State& state) {
  const v1::SignedStatement statement = ExampleStatement();
  for (auto _ : state) {
    auto parsed = std::make_shared<ParsedStatement>();
    parsed->routing.ParseFromString(statement.routing());
    parsed->body.ParseFromString(statement.body());
    parsed->digest = ToString(StatementDigest(statement));
    parsed->bytes = statement;
    benchmark::DoNotOptimize(parsed);
  }
}
BENCHMARK(BM_ParseWithoutText);

void BM_ReadWithoutText(benchmark::State& state) {
  const v1::SignedStatement statement = ExampleStatement();
  for (auto _ : state) benchmark::DoNotOptimize(ParseCanonical(statement));
}
BENCHMARK(BM_ReadWithoutText);

// --- Free text.

struct Sample {
  const char* language;
  std::string_view sentence;
};
constexpr Sample kClean[] = {
    {"en",
     "Recruiters offer customer service jobs in Thailand to graduates from several counties; "
     "workers "
     "are taken on to compounds across the river, passports are kept. "},
    {"sw",
     "Mawakala wanaahidi kazi ya huduma kwa wateja nchini Thailand; vijana hupelekwa kambini "
     "ng'ambo "
     "ya mto, pasipoti huchukuliwa na familia huombwa fidia. "},
    {"th",
     "นายหน้าเสนองานบริการลูกค้าในประเทศไทยให้บัณฑิตจบใหม่ แล้วพาข้ามแม่น้ำไปยังค่ายกักขัง "
     "ยึดหนังสือเดินทางและเรียกค่าไถ่จากครอบครัว "},
    {"am",
     "ደላሎች በታይላንድ የደንበኞች አገልግሎት ሥራ እንዳለ ቃል ይገባሉ፤ ወጣቶቹ ወንዙን ተሻግረው ወደ ካምፕ ይወሰዳሉ፣ ፓስፖርታቸው ይወሰዳል። "},
};
constexpr std::string_view kPhone = " Call +254 712 345 678 or 081 234 5678. ";

size_t CharactersOf(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

// `sentence` again and again, cut to so many characters.
std::string TextOf(std::string_view sentence, size_t characters) {
  std::string text;
  while (CharactersOf(text) < characters) text += sentence;
  size_t end = 0;
  for (size_t count = 0; end < text.size(); ++end) {
    if ((static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) continue;
    if (count++ == characters) break;
  }
  return text.substr(0, end);
}

// Scans one text, and reports the median and the 99th percentile beside the mean.
void ScanAndReport(benchmark::State& state, const std::string& text) {
  const TextScanner& scanner = Scanner();
  std::vector<double> micros;
  for (auto _ : state) {
    const auto begin = std::chrono::steady_clock::now();
    benchmark::DoNotOptimize(scanner.Scan(text));
    micros.push_back(
        std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin)
            .count());
  }
  std::sort(micros.begin(), micros.end());
  state.counters["p50_us"] = micros[micros.size() / 2];
  state.counters["p99_us"] = micros[micros.size() * 99 / 100];
  state.SetLabel(std::to_string(text.size()) + " bytes");
}

void BM_Headline(benchmark::State& state, const Sample& sample) {
  ScanAndReport(state, TextOf(sample.sentence, kHeadlineCharacters));
}
void BM_HeadlineWithPhone(benchmark::State& state, const Sample& sample) {
  const size_t rest = kHeadlineCharacters - CharactersOf(kPhone);
  ScanAndReport(state, TextOf(sample.sentence, rest) + std::string(kPhone));
}
void BM_Note(benchmark::State& state, const Sample& sample) {
  ScanAndReport(state, TextOf(sample.sentence, kNoteCharacters));
}
void BM_NoteWithPhone(benchmark::State& state, const Sample& sample) {
  const size_t rest = kNoteCharacters - CharactersOf(kPhone);
  ScanAndReport(state, TextOf(sample.sentence, rest) + std::string(kPhone));
}

// --- Text that is made to be slow.

struct Hostile {
  const char* name;
  std::string_view unit;
};
constexpr Hostile kHostile[] = {
    {"digits", "0712345678"},
    {"digit-words", "seven one two "},
    {"spaced-letters", "a b c d "},
    {"spaced-digits", "0 7 1 2 "},
    {"at-signs", "a@"},
    {"dots", "a."},
    {"colons", "a1:"},
    {"brackets", "a(at)b(dot)"},
    {"cues", "passport number is "},
    {"capitals", "Grace Wanjiru "},
    {"look-alikes", "а1о"},
    {"numerals", "፲፱፻"},
    {"thai-cues", "ชื่อนาย"},
    {"marks", "a\u0301\u0301\u0301"},
    {"fillers", "P<<<"},
};

void BM_Hostile(benchmark::State& state, const Hostile& hostile) {
  std::string text;
  const auto size = static_cast<size_t>(state.range(0));
  while (text.size() + hostile.unit.size() <= size) text += hostile.unit;
  const TextScanner& scanner = Scanner();
  for (auto _ : state) benchmark::DoNotOptimize(scanner.Scan(text));
  state.SetComplexityN(state.range(0));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(text.size()));
}

const int kRegistered = [] {
  const auto name = [](const char* kind, const char* of) { return std::string(kind) + of; };
  for (const Sample& sample : kClean) {
    const auto add = [&](const char* kind, void (*run)(benchmark::State&, const Sample&)) {
      benchmark::RegisterBenchmark(name(kind, sample.language).c_str(),
                                   [run, &sample](benchmark::State& state) { run(state, sample); });
    };
    add("BM_Headline/", BM_Headline);
    add("BM_HeadlineWithPhone/", BM_HeadlineWithPhone);
    add("BM_Note/", BM_Note);
    add("BM_NoteWithPhone/", BM_NoteWithPhone);
  }
  for (const Hostile& hostile : kHostile) {
    benchmark::RegisterBenchmark(
        name("BM_Hostile/", hostile.name).c_str(),
        [&hostile](benchmark::State& state) { BM_Hostile(state, hostile); })
        ->RangeMultiplier(4)
        ->Range(1024, kStatementBytesMax)
        ->Complexity(benchmark::oN);
  }
  return 0;
}();

}  // namespace
}  // namespace corridor
