#include "app/manual.h"

#include "core/experiment/presets.h"
#include "core/experiment/settings_table.h"

namespace keyhole {

namespace {

QString escaped(const std::string& text) {
  return QString::fromStdString(text).toHtmlEscaped();
}

QString start() {
  return QStringLiteral(
      "<h1><a name='start'></a>Keyhole</h1>"
      "<p>A neural circuit is usually recorded through a keyhole: a few of its many units are seen. A model "
      "fitted to "
      "these few then stands for the whole circuit, and its attractors are read as the circuit's. Here the "
      "circuit, "
      "the <b>teacher</b>, is known. A <b>student</b> network is fitted to the part that is seen, and both "
      "are "
      "analysed in the same way, so that one sees which of the student's attractors are real.</p>"
      "<p>Drag <b>Seen</b>, the fraction of the units that is recorded, and watch the student's eigenvalues "
      "and flow "
      "change beside the teacher's. Choose another <b>Teacher</b> or a preset (File &gt; Presets). The "
      "teacher is "
      "drawn in vermilion with triangles, the student in blue with circles, theory in the colour of the "
      "text.</p>");
}

QString panels() {
  return QStringLiteral(
      "<h2><a name='panels'></a>How to read the panels</h2>"
      "<p>Drag a panel by its title, drop it beside or onto another one; double-click the title to enlarge "
      "it and "
      "again to put it back. The value under the cursor is written in the bottom line. A panel without "
      "anything to "
      "say about the experiment is not shown.</p><dl>"
      "<dt><b>Eigenvalues</b></dt><dd>Of the teacher's and the student's weights, in the paper's scaling: "
      "the real "
      "part 1 is the marginal line, where a mode neither decays nor grows. A mode close to it persists; an "
      "imaginary "
      "part makes it turn. The circle has radius 1. Eigenvalues that rounding alone could have moved are "
      "marked as undetermined.</dd>"
      "<dt><b>Flow of teacher and student</b></dt><dd>In the plane of the two leading principal components, "
      "the others "
      "held at their value half-way through the recording. Arrows show where a state moves, with one scale "
      "for both "
      "panels; the grey map is the speed, dark where it is slow; the line is the trajectory, coloured by "
      "time. Click to start a run from there in both systems.</dd>"
      "<dt><b>Activity</b></dt><dd>A few of the seen units, teacher and student overlaid: how well the "
      "student "
      "reproduces what it was fitted to. A good match here does not make its mechanism right.</dd>"
      "<dt><b>Time constants</b></dt><dd>τ<sub>n</sub> = |1/(1 − Re λ<sub>n</sub>)| in units of τ, by "
      "falling real "
      "part. A line attractor has one far above the rest; its score is log₂(τ₁/τ₂). The score is 0 by "
      "construction if "
      "a complex pair leads, and blind to instability: a real part of 1.001 gives the same τ as 0.999. Both "
      "cases are "
      "named where they occur.</dd>"
      "<dt><b>Limit sets</b></dt><dd>Where free, noise-free runs from random starts end: a point, a slow "
      "manifold or a "
      "cycle, on the top three principal components. Drag to rotate.</dd>"
      "<dt><b>Task</b></dt><dd>The input, the readouts of teacher and student, and the ideal "
      "integrator.</dd></dl>");
}

QString verdicts() {
  return QStringLiteral(
      "<h2><a name='verdict'></a>The sentence at the top</h2>"
      "<p>It compares the persistent modes of teacher and student (those with a time constant above a "
      "setting) and where their free runs end.</p><dl>"
      "<dt><b>Faithful</b> (disc with a tick)</dt><dd>Every persistent mode and limit cycle of the student "
      "has its "
      "counterpart in the teacher, and the other way round.</dd>"
      "<dt><b>Spurious persistence, line attractor or limit cycle</b> (triangle)</dt><dd>The student claims "
      "what the "
      "teacher does not have.</dd>"
      "<dt><b>Missed</b> (open ring)</dt><dd>The teacher has a persistent mode or cycle that the student "
      "lacks.</dd>"
      "<dt><b>Undecided</b> (square with ?)</dt><dd>There is no teacher to compare with, no student, or the "
      "eigenvalues "
      "that decide are undetermined.</dd></dl>"
      "<p>While a newer picture is being computed the sentence and the panels still show the one before, and "
      "say so. "
      "One experiment is one draw of the random numbers: press F5 for others before you believe a "
      "number.</p>");
}

QString settingEntry(const SettingRow& row) {
  QString entry = QStringLiteral("<p><b>%1</b> &nbsp;<code>%2</code><br>%3 ")
                      .arg(escaped(row.label), escaped(row.key), escaped(row.help));
  if (row.type == SettingType::number || row.type == SettingType::integer)
    entry += QStringLiteral("Allowed: %1. ").arg(escaped(allowedText(row)));
  if (!toText(row.initial).empty()) entry += QStringLiteral("Default: %1.").arg(escaped(toText(row.initial)));
  if (!row.choices.empty()) {
    entry += "<ul>";
    for (const Choice& choice : row.choices)
      entry += QStringLiteral("<li>%1 (<code>%2</code>): %3</li>")
                   .arg(escaped(choice.label), escaped(choice.name), escaped(choice.help));
    entry += "</ul>";
  }
  return entry + "</p>";
}

QString settings() {
  QString text = QStringLiteral(
      "<h2><a name='settings'></a>Settings</h2>"
      "<p>The same names hold on the command line (<code>--set key=value</code>) and in session files. "
      "Changing a "
      "setting reruns its stage and the later ones only.</p>");
  Stage stage = Stage::view;
  for (const SettingRow& row : settingsTable()) {
    if (row.stage != stage) text += QStringLiteral("<h3>Stage: %1</h3>").arg(escaped(nameOf(row.stage)));
    stage = row.stage;
    text += settingEntry(row);
  }
  text += "<h3>Presets</h3><ul>";
  for (const Preset& preset : presets())
    text += QStringLiteral("<li><b>%1</b> (<code>%2</code>): %3</li>")
                .arg(escaped(preset.title), escaped(preset.name), escaped(preset.question));
  return text + "</ul>";
}

QString filesAndKeys() {
  return QStringLiteral(
      "<h2><a name='files'></a>Files</h2>"
      "<p>Recordings and matrices are read from .npy, .csv, .tsv and MATLAB .mat files "
      "(<code>file.mat:variable</code>); "
      "time runs down the rows. Drop a file on the window: a square matrix is taken as a connectivity, "
      "another one as a "
      "recording. A session (.keyhole) holds all settings. What you leave unsaved is kept: File &gt; Restore "
      "last "
      "session.</p>"
      "<h2><a name='keys'></a>Keys</h2><ul>"
      "<li>F5: a new draw (the seed counts one up). Esc: stop computing.</li>"
      "<li>Ctrl+Z, Ctrl+Shift+Z: undo, redo; one drag of a slider is one step.</li>"
      "<li>F11: presentation, with larger type and only the slider Seen. F9: show or hide the controls.</li>"
      "<li>F1: this manual. Ctrl+E: export the figure.</li>"
      "<li>In a slider: arrows change the value by one step, Page Up and Page Down by ten. In a field: "
      "Return takes "
      "the value, Esc brings the old one back.</li></ul>");
}

}  // namespace

QString citationHtml() {
  return QStringLiteral(
      "<h2><a name='about'></a>About Keyhole</h2>"
      "<p>Keyhole shows what a neural circuit looks like through the keyhole of a partial recording. It is "
      "free "
      "software under the GNU General Public License, version 3 or later, and comes without any warranty.</p>"
      "<p>It implements and extends the analysis of the following paper; please cite it:</p>"
      "<blockquote>W. Qian, J. A. Zavatone-Veth, B. S. Ruben &amp; C. Pehlevan (2024). <i>Partial "
      "observation can "
      "induce mechanistic mismatches in data-constrained RNNs.</i></blockquote>");
}

QString manualHtml() {
  return start() + panels() + verdicts() + settings() + filesAndKeys() + citationHtml();
}

}  // namespace keyhole
