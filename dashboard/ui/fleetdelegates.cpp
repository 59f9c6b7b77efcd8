// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/fleetdelegates.h"

#include "dashboard/model/dependencymodel.h"
#include "dashboard/model/displaytext.h"
#include "dashboard/model/fleetrows.h"
#include "dashboard/ui/directedtext.h"
#include "dashboard/ui/icons.h"
#include "dashboard/ui/theme.h"

#include <QMouseEvent>
#include <QPainter>
#include <QStyle>
#include <QWidget>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

// ---- state ------------------------------------------------------------------------------------------

namespace {

/// A triangle that says whether it is folded, the group's name, and quieter what there is of it.
void paintHeading(QPainter &painter, const QRect &area, const QStyleOptionViewItem &option, const QModelIndex &index)
{
    const Theme &theme = Theme::of(option.palette);
    painter.setPen(theme.line());
    painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight());
    const int size = spacing(option.fontMetrics, 2);
    const auto visual = [&](const QRect &rect) { return QStyle::visualRect(option.direction, area, rect); };
    paintFoldSign(painter, visual({area.left(), area.center().y() - size / 2 + 1, size, size}),
                  index.data(FleetRows::FoldedRole).toBool(), option);
    QFont strong = option.font;
    strong.setWeight(QFont::DemiBold);
    const QFontMetrics metrics(strong);
    const QString name =
        metrics.elidedText(index.data(FleetRows::HeadingRole).toString(), Qt::ElideRight, area.width() / 2);
    const QRect rest = area.adjusted(size + spacing(option.fontMetrics, 2), 0, 0, 0);
    painter.setFont(strong);
    painter.setPen(option.palette.color(QPalette::Active, QPalette::Text));
    paintText(painter, visual(rest), Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine, name);
    painter.setFont(option.font);
    painter.setPen(theme.muted());
    const QRect counts = rest.adjusted(metrics.horizontalAdvance(name) + spacing(option.fontMetrics, 4), 0, 0, 0);
    paintText(painter, visual(counts), Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
              option.fontMetrics.elidedText(option.text, Qt::ElideRight, counts.width()));
}

/// The worst state is filled: the background's colour on the accent, which can be read as the accent can on it.
void paintFilled(QPainter &painter, const QRect &area, const QStyleOptionViewItem &option)
{
    const QColor accent = Theme::of(option.palette).accent(ServiceState::Unreachable);
    const QColor base = option.palette.color(QPalette::Active, QPalette::Base);
    const int gap = spacing(option.fontMetrics, 1);
    const int icon = spacing(option.fontMetrics, 7) / 2;
    const QRect pill = area.adjusted(-gap, gap, gap, -gap + 1);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(accent);
    painter.drawRoundedRect(pill, gap, gap);
    const auto visual = [&](const QRect &rect) { return QStyle::visualRect(option.direction, area, rect); };
    painter.drawPixmap(visual({area.left(), area.center().y() - icon / 2 + 1, icon, icon}).topLeft(),
                       Icons::pixmap(Icons::nameOf(ServiceState::Unreachable), icon, base,
                                     option.widget ? option.widget->devicePixelRatioF() : 1.0));
    const QRect rest = visual(area.adjusted(icon + spacing(option.fontMetrics, 2), 0, 0, 0));
    painter.setPen(base);
    paintText(painter, rest, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
              elidedState(option.fontMetrics, option.text, rest.width()));
}

IconDelegate::Look stateLook(const Theme &theme, const QModelIndex &index)
{
    const auto state = index.data(FleetModel::StateRole).value<ServiceState>();
    return {Icons::nameOf(state), theme.accent(state)};
}

} // namespace

StateDelegate::StateDelegate(QObject *parent) : IconDelegate(stateLook, -1, parent) {}

void StateDelegate::paintContent(QPainter &painter, const QRect &area, const QStyleOptionViewItem &option,
                                 const QModelIndex &index) const
{
    if (index.data(FleetRows::HeadingRole).isValid())
        return paintHeading(painter, area, option, index);
    if (index.data(FleetModel::StateRole).value<ServiceState>() == ServiceState::Unreachable)
        return paintFilled(painter, area, option);
    IconDelegate::paintContent(painter, area, option, index);
}

/// A heading goes over all columns.
QSize StateDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const QSize whole = IconDelegate::sizeHint(option, index);
    return index.data(FleetRows::HeadingRole).isValid() ? QSize(0, whole.height()) : whole;
}

QString StateDelegate::elided(const QStyleOptionViewItem &option, int width) const
{
    return elidedState(option.fontMetrics, option.text, width);
}

// ---- service ----------------------------------------------------------------------------------------

namespace {

/// Icons, the last one first.
QStringList signsOf(const QModelIndex &index)
{
    const auto quiet = index.data(FleetModel::QuietRole).value<Quiet>();
    QStringList signs;
    if (index.data(FleetModel::FavouriteRole).toBool())
        signs << u"favourite"_s;
    if (quiet.mutedUntil)
        signs << u"muted"_s;
    if (quiet.isAcknowledged())
        signs << u"acknowledged"_s;
    return signs;
}

} // namespace

QSize ServiceDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const QSize text = CellDelegate::sizeHint(option, index);
    const int sign = spacing(option.fontMetrics, 3) + spacing(option.fontMetrics, 1);
    return {text.width() + int(signsOf(index).size()) * sign, text.height()};
}

void ServiceDelegate::paintContent(QPainter &painter, const QRect &area, const QStyleOptionViewItem &option,
                                   const QModelIndex &index) const
{
    const auto state = index.data(FleetModel::StateRole).value<ServiceState>();
    if (state == ServiceState::Stopped || state == ServiceState::Unknown) // whom nobody misses
        painter.setPen(Theme::of(option.palette).muted());
    int taken = 0;
    for (const QString &sign : signsOf(index)) {
        const int size = spacing(option.fontMetrics, 3);
        const QPixmap icon =
            Icons::pixmap(sign, size, painter.pen().color(), option.widget ? option.widget->devicePixelRatioF() : 1.0);
        const QRect place(area.right() - taken - size, area.center().y() - size / 2 + 1, size, size);
        painter.drawPixmap(visual(option, area, place).topLeft(), icon);
        taken += size + spacing(option.fontMetrics, 1);
    }
    const QRect rest = visual(option, area, area.adjusted(0, 0, -taken, 0));
    // Of an address the beginning and the end tell who it is.
    const bool isAddress = option.text.contains("://"_L1) || option.text.startsWith("unix:"_L1);
    paintText(painter, rest, int(option.displayAlignment) | Qt::TextSingleLine,
              option.fontMetrics.elidedText(option.text, isAddress ? Qt::ElideMiddle : Qt::ElideRight, rest.width()));
}

// ---- code -------------------------------------------------------------------------------------------

IconDelegate::Look codeLook(const Theme &theme, const QModelIndex &index)
{
    const auto verdict = index.data(FleetModel::CodeRole).value<CodeVerdict>();
    switch (verdict) {
    case CodeVerdict::Stale:
    case CodeVerdict::Fresh:
        return {verdict == CodeVerdict::Stale ? u"stale"_s : u"fresh"_s,
                index.data(FleetModel::CurrentRole).toBool() ? theme.accent(verdict) : theme.muted()};
    case CodeVerdict::Unknown: return {};
    }
    Q_UNREACHABLE();
}

// ---- dependencies as chips ----------------------------------------------------------------------------

namespace {

constexpr qsizetype MostLabels = 500; ///< that are kept

int chipIcon(const QFontMetrics &metrics) { return spacing(metrics, 3) - 1; }

int chipWidth(const QFontMetrics &metrics, const QString &label)
{
    return metrics.horizontalAdvance(label) + chipIcon(metrics) + 3 * spacing(metrics, 1);
}

} // namespace

/// Since when it is gone; only the age, where there is no room for more words.
void DependencyChipsDelegate::paintLastSeen(QPainter &painter, const QRect &area, const QStyleOptionViewItem &option,
                                            const QModelIndex &index) const
{
    QStyleOptionViewItem fitting = option;
    if (option.fontMetrics.horizontalAdvance(option.text) > area.width())
        fitting.text = index.siblingAtColumn(FleetModel::LastSeen).data().toString();
    CellDelegate::paintContent(painter, area, fitting, index);
}

/// Text is measured once: a table of many services would do nothing else.
DependencyChipsDelegate::Label DependencyChipsDelegate::labelOf(const QString &name,
                                                                const QStyleOptionViewItem &option) const
{
    const QFontMetrics &metrics = option.fontMetrics;
    if (m_font != option.font || m_dpi != metrics.fontDpi() || m_labels.size() >= MostLabels) {
        m_labels.clear();
        m_font = option.font;
        m_dpi = metrics.fontDpi();
    }
    auto label = m_labels.find(name);
    if (label == m_labels.end()) {
        const QString whole = visibleText(name, 24);
        const QString brief = whole.left(2);
        label = m_labels.insert(name, {brief, whole, chipWidth(metrics, brief), chipWidth(metrics, whole)});
    }
    return *label;
}

/// As many names as there is room for instead of two letters; first of what fails. The answer: what is left of `room`.
int DependencyChipsDelegate::nameInFull(QList<Chip> &chips, int room)
{
    for (const bool failing : {true, false}) {
        for (Chip &chip : chips) {
            if ((chip.dependency.status == DependencyStatus::Error) != failing)
                continue;
            const int more = chip.label.wholeWidth - chip.label.briefWidth;
            if (more > room)
                continue;
            room -= more;
            chip.text = chip.label.whole;
            chip.width = chip.label.wholeWidth;
        }
    }
    return room;
}

/// Of the first name that is too long for what is left, as much as there is room for.
void DependencyChipsDelegate::nameInPart(QList<Chip> &chips, int room, const QFontMetrics &metrics)
{
    const auto isBrief = [](const Chip &chip) { return chip.width < chip.label.wholeWidth; };
    const auto isFailing = [](const Chip &chip) { return chip.dependency.status == DependencyStatus::Error; };
    auto chip = std::ranges::find_if(chips, [&](const Chip &each) { return isBrief(each) && isFailing(each); });
    if (chip == chips.end())
        chip = std::ranges::find_if(chips, isBrief);
    if (chip == chips.end())
        return;
    const int wide = chip->label.briefWidth + room;
    const int around = chip->label.wholeWidth - metrics.horizontalAdvance(chip->label.whole);
    const QString part = metrics.elidedText(chip->label.whole, Qt::ElideRight, wide - around);
    if (part.size() <= chip->label.brief.size() + 1) // no letter more, beside the ellipsis
        return;
    chip->text = part;
    chip->width = metrics.horizontalAdvance(part) + around;
}

QList<DependencyChipsDelegate::Chip> DependencyChipsDelegate::layOut(const QRect &area,
                                                                     const QStyleOptionViewItem &option,
                                                                     const QModelIndex &index) const
{
    const QFontMetrics &metrics = option.fontMetrics;
    const int gap = spacing(metrics, 1);
    int room = area.width() + gap;
    QList<Chip> chips;
    for (const DependencyReport &dependency :
         index.data(FleetModel::DependenciesRole).value<QList<DependencyReport>>()) {
        if (dependency.status == DependencyStatus::NotUsed)
            continue;
        const Label label = labelOf(dependency.name, option);
        chips << Chip{{}, label, label.brief, label.briefWidth, dependency};
        room -= label.briefWidth + gap;
    }
    // Where even two letters of each are too much, what fails must not be what is cut off.
    if (room < 0)
        std::ranges::stable_partition(
            chips, [](const Chip &chip) { return chip.dependency.status == DependencyStatus::Error; });
    else
        nameInPart(chips, nameInFull(chips, room), metrics);
    const int height = spacing(metrics, 4) + 2;
    const int forDots = room < 0 ? gap + metrics.horizontalAdvance(u'…') : 0;
    int x = area.left();
    for (Chip &chip : chips) {
        const bool isLast = &chip == &chips.last();
        const QRect place(x, area.center().y() - height / 2 + 1, chip.width, height);
        chip.area = visual(option, area, place);
        chip.fits = place.right() + (isLast ? 0 : forDots) <= area.right();
        x += place.width() + gap;
    }
    return chips;
}

bool DependencyChipsDelegate::editorEvent(QEvent *event, QAbstractItemModel *model, const QStyleOptionViewItem &option,
                                          const QModelIndex &index)
{
    const auto *const mouse = event->type() == QEvent::MouseButtonRelease ? static_cast<QMouseEvent *>(event) : nullptr;
    if (!mouse || mouse->button() != Qt::LeftButton || mouse->modifiers() != Qt::NoModifier
        || !index.data(FleetModel::CurrentRole).toBool()) // else there are no chips
        return CellDelegate::editorEvent(event, model, option, index);
    const QRect area = contentArea(option);
    for (const Chip &chip : layOut(area, option, index)) {
        if (chip.fits && chip.area.contains(mouse->position().toPoint()))
            Q_EMIT chipClicked(chip.dependency.name);
    }
    return false;
}

void DependencyChipsDelegate::paintContent(QPainter &painter, const QRect &area, const QStyleOptionViewItem &option,
                                           const QModelIndex &index) const
{
    const Theme &theme = Theme::of(option.palette);
    const QList<Chip> chips = layOut(area, option, index);
    if (!index.data(FleetModel::CurrentRole).toBool())
        return paintLastSeen(painter, area, option, index);
    if (chips.isEmpty())
        return CellDelegate::paintContent(painter, area, option, index);
    const qreal ratio = option.widget ? option.widget->devicePixelRatioF() : 1.0;
    const int icon = chipIcon(option.fontMetrics);
    const int gap = spacing(option.fontMetrics, 1);
    painter.setRenderHint(QPainter::Antialiasing);
    for (const Chip &chip : chips) {
        if (!chip.fits) {
            paintText(painter, chip.area, Qt::AlignLeft | Qt::AlignVCenter, u"…"_s);
            break;
        }
        const QColor colour = theme.accent(chip.dependency.status);
        QColor fill = colour;
        fill.setAlphaF(chip.dependency.status == DependencyStatus::Error ? 0.16F : 0.09F);
        painter.setPen(Qt::NoPen);
        painter.setBrush(fill);
        painter.drawRoundedRect(chip.area, gap, gap);
        const QRect place(chip.area.left() + gap, chip.area.center().y() - icon / 2, icon, icon);
        painter.drawPixmap(visual(option, chip.area, place).topLeft(),
                           Icons::pixmap(Icons::nameOf(chip.dependency.status), icon, colour, ratio));
        const bool loud = chip.dependency.status == DependencyStatus::Working;
        painter.setPen(loud ? option.palette.color(QPalette::Active, QPalette::Text) : colour);
        paintText(painter, visual(option, chip.area, chip.area.adjusted(icon + 2 * gap, 0, 0, 0)),
                  Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine, chip.text);
    }
}

QSize DependencyChipsDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    QStyleOptionViewItem leftToRight = option;
    leftToRight.direction = Qt::LeftToRight;
    const QList<Chip> chips = layOut(QRect(0, 0, 1 << 16, 1), leftToRight, index);
    return {chips.isEmpty() ? spacing(option.fontMetrics, 8)
                            : chips.last().area.right() + 2 * spacing(option.fontMetrics, 2) + 1,
            heightOf(option)};
}

QString DependencyChipsDelegate::toolTip(const QPoint &position, const QStyleOptionViewItem &option,
                                         const QModelIndex &index) const
{
    for (const Chip &chip : layOut(contentArea(option), option, index)) {
        if (!chip.area.contains(position))
            continue;
        QString text =
            u"%1: %2"_s.arg(visibleText(chip.dependency.name), DependencyModel::statusWord(chip.dependency.status));
        if (!chip.dependency.error.isEmpty())
            text += u'\n' + DependencyModel::errorText(chip.dependency);
        return text + u'\n' + tr("A click shows its graph.");
    }
    return CellDelegate::toolTip(position, option, index);
}

} // namespace Hephaestus
