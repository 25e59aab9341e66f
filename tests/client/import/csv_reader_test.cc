// Spreadsheets as people save them: quotes, line breaks in cells, byte order marks, and slips
// that must cost one row each and be named by their line.

#include "client/import/csv_reader.h"

#include <gmock/gmock.h>

#include "tests/client/import/import_fixture.h"

namespace corridor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<CsvRecord> ReadAll(std::string text, char delimiter = ',') {
  CsvReader reader = OpenCsv(std::move(text), delimiter);
  std::vector<CsvRecord> records;
  CsvRecord record;
  while (reader.Next(record)) records.push_back(record);
  return records;
}

TEST(CsvReaderTest, ReadsPlainCells) {
  CsvReader reader = OpenCsv("\xEF\xBB\xBFyear, from\r\n2015,KEN\r\n2016,\r\n");
  EXPECT_THAT(reader.header(), ElementsAre("year", "from"));
  CsvRecord record;
  ASSERT_TRUE(reader.Next(record));
  EXPECT_THAT(record.cells, ElementsAre("2015", "KEN"));
  EXPECT_EQ(record.row, 1u);
  EXPECT_EQ(record.line, 2u);
  ASSERT_TRUE(reader.Next(record));
  EXPECT_THAT(record.cells, ElementsAre("2016", ""));
  EXPECT_FALSE(reader.Next(record));
}

TEST(CsvReaderTest, ReadsQuotedCells) {
  const auto records =
      ReadAll("a,b\n\"Iran, Islamic Republic of\",\"said \"\"no\"\"\"\n\"two\nlines\",\"\"\nx,y");
  ASSERT_EQ(records.size(), 3u);
  EXPECT_THAT(records[0].cells, ElementsAre("Iran, Islamic Republic of", "said \"no\""));
  EXPECT_THAT(records[1].cells, ElementsAre("two\nlines", ""));
  EXPECT_EQ(records[1].line, 3u);
  EXPECT_EQ(records[2].line, 5u);
  EXPECT_EQ(records[2].row, 3u);
}

TEST(CsvReaderTest, OtherDelimitersAndALastEmptyCell) {
  const auto records = ReadAll("a;b\n1,5;\n;", ';');
  ASSERT_EQ(records.size(), 2u);
  EXPECT_THAT(records[0].cells, ElementsAre("1,5", ""));
  EXPECT_THAT(records[1].cells, ElementsAre("", ""));
}

TEST(CsvReaderTest, EmptyLinesHaveNoNumber) {
  const auto records = ReadAll("a,b\n\n1,2\r\n\r\n3,4\n\n");
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[1].row, 2u);
  EXPECT_EQ(records[1].line, 5u);
}

// Each slip costs its own row; rows after it keep numbers and lines.
TEST(CsvReaderTest, SlipsAreNamedAndReadingGoesOn) {
  const auto records = ReadAll(
      "a,b\n"
      "1\n"
      "1,2,3\n"
      "x\"y,2\n"
      "\"x\"y,2\n"
      "\xFF,2\n"
      "\"open,2\n"
      "5,6\n");
  ASSERT_EQ(records.size(), 7u);
  EXPECT_THAT(records[0].fault, HasSubstr("has 1 cells where the header has 2"));
  EXPECT_THAT(records[1].fault, HasSubstr("has 3 cells"));
  EXPECT_THAT(records[2].fault, HasSubstr("quote inside"));
  EXPECT_THAT(records[3].fault, HasSubstr("behind a closing quote"));
  EXPECT_THAT(records[4].fault, HasSubstr("UTF-8"));
  EXPECT_THAT(records[5].fault, HasSubstr("unclosed quote"));
  EXPECT_THAT(records[6].fault, IsEmpty());
  EXPECT_THAT(records[6].cells, ElementsAre("5", "6"));
  for (size_t i = 0; i < records.size(); ++i) {
    EXPECT_EQ(records[i].row, i + 1);
    EXPECT_EQ(records[i].line, i + 2);
  }
}

TEST(CsvReaderTest, CellsAreBounded) {
  const std::string just(kCsvCellBytesMax, 'x');
  EXPECT_THAT(ReadAll("a\n" + just + "\n")[0].fault, IsEmpty());
  EXPECT_THAT(ReadAll("a\n" + just + "x\n")[0].fault, HasSubstr("8 KiB"));
  const auto records = ReadAll("a\n\"" + just + "x\ny\n");
  EXPECT_THAT(records[0].fault, HasSubstr("unclosed quote"));
  EXPECT_THAT(records[1].cells, ElementsAre("y"));
}

TEST(CsvReaderTest, RefusesWhatIsNoTable) {
  const auto message = [](std::string text) {
    return std::string(CsvReader::Open(std::move(text), ',').status().message());
  };
  EXPECT_THAT(message(""), HasSubstr("empty"));
  EXPECT_THAT(message("\xEF\xBB\xBF\n"), HasSubstr("empty"));
  EXPECT_THAT(message(std::string("\xFF\xFE") + "a"), HasSubstr("UTF-16"));
  EXPECT_THAT(message("a,,b\n"), HasSubstr("no name"));
  EXPECT_THAT(message("a,b, a\n"), HasSubstr("same name"));
  EXPECT_THAT(message("a,\"b\n"), HasSubstr("unclosed quote"));
}

}  // namespace
}  // namespace corridor
