// A file before it is used: what is in it, how it would be read and why, and a picture of that. Nothing is
// taken over before "Use".
#pragma once

#include "app/import_worker.h"
#include "widgets/plots/theme.h"

#include <QDialog>

#include <map>

class QComboBox;
class QLabel;
class QPushButton;
class QTextBrowser;
class QTreeWidget;
class QTreeWidgetItem;
class QVBoxLayout;

namespace keyhole {

class CollapsibleSection;
class ImportPicture;
class SettingControl;

class ImportWindow : public QDialog {
  Q_OBJECT

 public:
  // file: a path, or FILE:PATH. settings: those of the document, of which the recording's are changed.
  ImportWindow(const QString& file, const Settings& settings, const Theme& theme, QWidget* parent = nullptr);
  ~ImportWindow() override;

  QTreeWidget& tree() { return *m_tree; }
  QComboBox& input() { return *m_input; }
  QPushButton& useButton() { return *m_use; }
  SettingControl& control(const std::string& key) { return *m_controls.at(key); }
  ImportPicture& picture() { return *m_picture; }
  QString problem() const;  // the sentence shown, or empty
  const Settings& settings() const { return m_settings; }
  const std::shared_ptr<const ImportPreview>& preview() const { return m_preview; }

 signals:
  void used(const keyhole::Settings& settings, const QString& title);
  void previewShown();
  void listShown();

 private:
  QWidget* buildContents();
  QWidget* buildChoices();
  QWidget* buildPicture(const Theme& theme);
  QWidget* buildButtons();
  void addControl(const std::string& key, QVBoxLayout* layout);
  void connectWorker();

  void showContents(const FileContents& contents);
  void letChooseByHand();
  void turnAxes(const QString& why);
  void showPreview(const std::shared_ptr<const ImportPreview>& preview);
  void showProblem(const QString& sentence);
  void showSettings();
  void showNotes();
  void choosePlace(const QString& path, const QString& why);
  void change(const std::string& key, const SettingValue& value);
  void read();
  void forgetGuessedAxes();
  void startReading(bool whole);

  QString m_file;  // without a place in it
  QString m_place;
  QStringList m_rates;      // places that could hold the rate
  QStringList m_intervals;  // and tables that trials could be cut from
  Settings m_settings;
  Theme m_theme;
  std::shared_ptr<const ImportPreview> m_preview;
  bool m_isListed = false;     // what is in the file is known
  bool m_axesSettled = false;  // chosen by the user, or guessed once
  QString m_axesGuess;         // " (guessed: why)"; empty: they were not

  QTreeWidget* m_tree = nullptr;
  QLabel *m_format = nullptr, *m_why = nullptr, *m_problem = nullptr, *m_shape = nullptr;
  QComboBox* m_input = nullptr;
  QTextBrowser* m_notes = nullptr;
  ImportPicture* m_picture = nullptr;
  QPushButton *m_use = nullptr, *m_look = nullptr, *m_stop = nullptr;
  CollapsibleSection* m_table = nullptr;
  std::map<std::string, SettingControl*> m_controls;

  ImportWorker m_worker;  // last: stops first
};

}  // namespace keyhole
