#include "core/io/table_clock.h"

#include <cctype>
#include <charconv>

namespace keyhole {
namespace {

constexpr double kDay = 86400;

class Cursor {
 public:
  explicit Cursor(std::string_view text) : m_rest(text) {}
  bool done() const { return m_rest.empty(); }
  char peek() const { return m_rest.empty() ? '\0' : m_rest.front(); }
  bool take(char c) {
    if (peek() != c) return false;
    m_rest.remove_prefix(1);
    return true;
  }
  bool takeWord(std::string_view word) {
    if (m_rest.size() < word.size()) return false;
    for (std::size_t i = 0; i < word.size(); ++i)
      if (std::toupper(static_cast<unsigned char>(m_rest[i])) != word[i]) return false;
    m_rest.remove_prefix(word.size());
    return true;
  }
  void skipBlanks() {
    while (take(' ')) {
    }
  }
  // A whole number of at least `least` and at most `most` digits, or -1; `digits` is how many.
  int number(std::size_t least, std::size_t most, std::size_t* digits = nullptr) {
    int value = 0;
    std::size_t n = 0;
    while (n < most && n < m_rest.size() && m_rest[n] >= '0' && m_rest[n] <= '9')
      value = value * 10 + (m_rest[n++] - '0');
    if (n < least) return -1;
    m_rest.remove_prefix(n);
    if (digits) *digits = n;
    return value;
  }
  double fraction() {  // behind the decimal sign
    double value = 0, scale = 0.1;
    while (peek() >= '0' && peek() <= '9') {
      value += scale * (peek() - '0');
      scale /= 10;
      m_rest.remove_prefix(1);
    }
    return value;
  }

 private:
  std::string_view m_rest;
};

// Days since 1970-01-01 in the Gregorian calendar (Hinnant, "chrono-compatible low-level date algorithms").
double daysFromCivil(int year, int month, int day) {
  year -= month <= 2;
  const int era = (year >= 0 ? year : year - 399) / 400;
  const int yearOfEra = year - era * 400;
  const int dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const int dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
  return era * 146097.0 + dayOfEra - 719468.0;
}

// HH:MM, HH:MM:SS, HH:MM:SS.fff, each with AM or PM behind it.
std::optional<double> takeTime(Cursor& cursor) {
  const int hour = cursor.number(1, 2);
  if (hour < 0 || hour > 24 || !cursor.take(':')) return {};
  const int minute = cursor.number(2, 2);
  if (minute < 0 || minute > 59) return {};
  double seconds = 0;
  if (cursor.take(':')) {
    const int whole = cursor.number(2, 2);
    if (whole < 0 || whole > 60) return {};
    seconds = whole;
    if (cursor.take('.') || cursor.take(',')) seconds += cursor.fraction();
  }
  cursor.skipBlanks();
  int shift = 0;
  if (cursor.takeWord("PM"))
    shift = hour == 12 ? 0 : 12;
  else if (cursor.takeWord("AM"))
    shift = hour == 12 ? -12 : 0;
  return (hour + shift) * 3600.0 + minute * 60.0 + seconds;
}

// Z, UTC, +02:00, -0530: seconds to take away.
std::optional<double> takeZone(Cursor& cursor) {
  cursor.skipBlanks();
  if (cursor.takeWord("UTC") || cursor.takeWord("GMT") || cursor.takeWord("Z")) return 0.0;
  const bool east = cursor.peek() == '+';
  if (!cursor.take('+') && !cursor.take('-')) return 0.0;
  const int hours = cursor.number(2, 2);
  cursor.take(':');
  const int minutes = cursor.done() ? 0 : cursor.number(2, 2);
  if (hours < 0 || hours > 15 || minutes < 0 || minutes > 59) return {};
  return (east ? 1 : -1) * (hours * 3600.0 + minutes * 60.0);
}

bool isSeparator(char c) {
  return c == '-' || c == '/' || c == '.';
}

// Days, from any order of year, month and day.
std::optional<double> takeDate(Cursor& cursor, bool dayFirst) {
  std::size_t digits = 0;
  const int first = cursor.number(1, 4, &digits);
  const char separator = cursor.peek();
  if (first < 0 || digits == 3 || !isSeparator(separator)) return {};
  const bool yearFirst = digits == 4;
  cursor.take(separator);
  const int second = cursor.number(1, 2);
  if (second < 0 || !cursor.take(separator)) return {};
  const int third = yearFirst ? cursor.number(1, 2, &digits) : cursor.number(2, 4, &digits);
  if (third < 0 || digits == 3) return {};
  const bool dayBeforeMonth = !yearFirst && (separator == '.' || dayFirst);
  const int year = yearFirst ? first : digits == 2 ? 2000 + third : third;
  const int month = yearFirst ? second : dayBeforeMonth ? second : first;
  const int day = yearFirst ? third : dayBeforeMonth ? first : second;
  if (month < 1 || month > 12 || day < 1 || day > 31) return {};
  return daysFromCivil(year, month, day);
}

}  // namespace

std::optional<double> secondsOfDate(std::string_view text, bool dayFirst) {
  if (text.size() < 5 || text.size() > 40 || text.find_first_of(":-/.") == text.npos) return {};
  Cursor whole(text);
  if (const auto time = takeTime(whole); time && whole.done()) return time;
  Cursor cursor(text);
  const auto days = takeDate(cursor, dayFirst);
  if (!days) return {};
  if (cursor.done()) return *days * kDay;
  if (!cursor.take('T')) cursor.skipBlanks();
  const auto time = takeTime(cursor);
  if (!time) return {};
  const auto zone = takeZone(cursor);
  if (!zone || !cursor.done()) return {};
  return *days * kDay + *time - *zone;
}

}  // namespace keyhole
