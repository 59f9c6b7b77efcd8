// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/preferencesdialog.h"

#include "dashboard/model/language.h"
#include "dashboard/ui/alertsettings.h"
#include "dashboard/ui/theme.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QGroupBox>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QScreen>
#include <QScrollArea>
#include <QScrollBar>
#include <QSpinBox>
#include <QSystemTrayIcon>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

QLabel *quietLine(const QString &text)
{
    auto *const line = new QLabel(text);
    line->setTextFormat(Qt::PlainText);
    line->setWordWrap(true);
    QPalette quiet = line->palette();
    quiet.setColor(QPalette::WindowText, Theme::of(quiet).muted());
    line->setPalette(quiet);
    return line;
}

} // namespace

PreferencesDialog::PreferencesDialog(const Preferences &preferences, const QString &colorsForOnce, QWidget *parent)
    : QDialog(parent)
    , m_colors(new QComboBox)
    , m_language(new QComboBox)
    , m_grouped(new QCheckBox(tr("&Group services under headings")))
    , m_askBeforeIdleRestart(new QCheckBox(tr("&Ask before a restart even when nothing is in flight")))
    , m_fleetFiles(new QListWidget)
    , m_tray(new QCheckBox(tr("Show an &icon in the tray, in the colour of the worst state")))
    , m_closeToTray(new QCheckBox(tr("&Keep watching from the tray when the window is closed")))
    , m_notifications(new QCheckBox(tr("&Notify of trouble, recovery and old code")))
    , m_notifyAfter(new QSpinBox)
    , m_alerts(new AlertSettings)
{
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Preferences"));
    auto *const buttons =
        new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel | QDialogButtonBox::RestoreDefaults);
    for (QAbstractButton *const button : buttons->buttons())
        button->setIcon({});
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(buttons->button(QDialogButtonBox::RestoreDefaults), &QPushButton::clicked, this,
            [this] { show(Preferences()); });
    auto *const content = new QWidget;
    auto *const column = new QVBoxLayout(content);
    const int margin = spacing(fontMetrics(), 4);
    column->setContentsMargins(margin, margin, margin, 0);
    column->setSpacing(margin);
    column->addWidget(makeAppearance(colorsForOnce));
    column->addWidget(makeAtStart());
    column->addWidget(makeAttention());
    column->addWidget(m_alerts);
    auto *const area = new QScrollArea; // on a low screen
    area->setAccessibleName(windowTitle());
    area->setFrameShape(QFrame::NoFrame);
    area->setWidgetResizable(true);
    area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    area->setWidget(content);
    const QSize most = screen()->availableSize() - QSize(4, 4) * margin; // with its frame
    area->setMinimumWidth(
        std::min(content->sizeHint().width() + area->verticalScrollBar()->sizeHint().width(), most.width()));
    auto *const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, margin);
    layout->addWidget(area, 1);
    buttons->setContentsMargins(margin, 0, margin, 0);
    connect(m_alerts, &AlertSettings::changed, this,
            [this, ok = buttons->button(QDialogButtonBox::Ok)] { ok->setEnabled(m_alerts->isValid()); });
    layout->addWidget(buttons);
    show(preferences);
    const int wanted = content->sizeHint().height() + buttons->sizeHint().height() + 2 * margin;
    resize(sizeHint().width(), std::min(wanted, most.height()));
}

QWidget *PreferencesDialog::makeAppearance(const QString &colorsForOnce)
{
    m_colors->addItem(tr("as the system"), u"system"_s);
    m_colors->addItem(tr("light"), u"light"_s);
    m_colors->addItem(tr("dark"), u"dark"_s);
    m_language->addItem(tr("as the system"), QString());
    for (const QString &language : languages())
        m_language->addItem(nameOfLanguage(language), language);
    auto *const box = new QGroupBox(tr("Window"));
    auto *const form = new QFormLayout(box);
    form->addRow(tr("&Colours:"), m_colors);
    if (!colorsForOnce.isEmpty())
        form->addRow(
            QString(),
            quietLine(tr("Takes effect at the next start: this one was started with --colors %1.").arg(colorsForOnce)));
    form->addRow(tr("Lang&uage (from the next start):"), m_language);
    form->addRow(m_grouped);
    form->addRow(m_askBeforeIdleRestart);
    return box;
}

QWidget *PreferencesDialog::makeAtStart()
{
    m_fleetFiles->setAccessibleName(tr("Fleet files opened at the start"));
    m_fleetFiles->setFixedHeight(spacing(fontMetrics(), 7) * 3);
    m_fleetFiles->setTextElideMode(Qt::ElideMiddle);
    auto *const add = new QPushButton(tr("A&dd…"));
    auto *const remove = new QPushButton(tr("&Remove"));
    connect(add, &QPushButton::clicked, this, &PreferencesDialog::addFleetFile);
    connect(remove, &QPushButton::clicked, this, [this] { qDeleteAll(m_fleetFiles->selectedItems()); });
    const auto enable = [this, remove] { remove->setEnabled(!m_fleetFiles->selectedItems().isEmpty()); };
    connect(m_fleetFiles, &QListWidget::itemSelectionChanged, remove, enable);
    enable();
    auto *const side = new QVBoxLayout;
    side->addWidget(add);
    side->addWidget(remove);
    side->addStretch();
    auto *const box = new QGroupBox(tr("Fleet files opened at the start, if the command line names none"));
    auto *const row = new QHBoxLayout(box);
    row->addWidget(m_fleetFiles);
    row->addLayout(side);
    return box;
}

QWidget *PreferencesDialog::makeAttention()
{
    m_notifyAfter->setRange(0, 3600);
    m_notifyAfter->setSuffix(tr(" s"));
    m_notifyAfter->setAccessibleName(tr("Seconds of trouble before a notification"));
    auto *const after = new QLabel(tr("After trouble has &lasted:"));
    after->setBuddy(m_notifyAfter);
    auto *const box = new QGroupBox(tr("In the background"));
    auto *const form = new QFormLayout(box);
    form->addRow(m_tray);
    form->addRow(m_closeToTray);
    form->addRow(m_notifications);
    form->addRow(after, m_notifyAfter);
    connect(m_tray, &QCheckBox::toggled, m_closeToTray, &QWidget::setEnabled);
    connect(m_notifications, &QCheckBox::toggled, m_notifyAfter, &QWidget::setEnabled);
    if (!QSystemTrayIcon::isSystemTrayAvailable())
        form->insertRow(1, quietLine(tr("This desktop has no tray now.")));
    return box;
}

void PreferencesDialog::addFleetFile()
{
    auto *const dialog = new QFileDialog(this, tr("A fleet file"), {}, tr("Fleet files (*.toml)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString &file) { m_fleetFiles->addItem(file); });
    dialog->open();
}

void PreferencesDialog::show(const Preferences &preferences)
{
    m_colors->setCurrentIndex(std::max(0, m_colors->findData(preferences.colors)));
    m_language->setCurrentIndex(std::max(0, m_language->findData(preferences.language)));
    m_grouped->setChecked(preferences.grouped);
    m_askBeforeIdleRestart->setChecked(preferences.askBeforeIdleRestart);
    m_fleetFiles->clear();
    m_fleetFiles->addItems(preferences.fleetFiles);
    m_tray->setChecked(preferences.tray);
    m_closeToTray->setChecked(preferences.closeToTray);
    m_closeToTray->setEnabled(preferences.tray);
    m_notifications->setChecked(preferences.notifications);
    m_notifyAfter->setValue(int(preferences.notifyAfter.count()));
    m_notifyAfter->setEnabled(preferences.notifications);
    m_alerts->show(preferences);
}

Preferences PreferencesDialog::preferences() const
{
    Preferences chosen;
    chosen.colors = m_colors->currentData().toString();
    chosen.language = m_language->currentData().toString();
    chosen.grouped = m_grouped->isChecked();
    chosen.askBeforeIdleRestart = m_askBeforeIdleRestart->isChecked();
    for (int row = 0; row < m_fleetFiles->count(); ++row)
        chosen.fleetFiles << m_fleetFiles->item(row)->text();
    chosen.tray = m_tray->isChecked();
    chosen.closeToTray = m_closeToTray->isChecked();
    chosen.notifications = m_notifications->isChecked();
    m_alerts->write(chosen);
    chosen.notifyAfter = std::chrono::seconds(m_notifyAfter->value());
    return chosen;
}

} // namespace Hephaestus
