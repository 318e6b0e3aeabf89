using Headgate.Scsi.Sense;

namespace Headgate.Scsi;

/// <summary>How a logical unit is reset (SAM-5 6.3).</summary>
public enum ResetKind
{
    /// <summary>LOGICAL UNIT RESET, or a target warm reset.</summary>
    LogicalUnit,

    /// <summary>Target cold reset: as power on.</summary>
    PowerOn,
}

/// <summary>One initiator's nexus to a logical unit: pending unit attentions, its place in reservations.</summary>
public sealed class Nexus(string initiatorPort)
{
    private readonly Lock _gate = new();
    private readonly List<AdditionalSense> _attentions = [];
    private volatile bool _hasAttention;

    /// <summary>iSCSI initiator port name: node name, ",i,0x", ISID (RFC 7143 section 4.4.1; TransportID of SPC-4 section 7.6.4.6).</summary>
    public string InitiatorPort { get; } = initiatorPort;

    /// <summary>Its node name alone.</summary>
    internal string InitiatorName { get; } = NameOf(initiatorPort);

    internal static string NameOf(string port) => port.IndexOf(",i,", StringComparison.Ordinal) is var at and >= 0 ? port[..at] : port;

    /// <summary>Whether it forbids the removal of the medium (PREVENT of SBC-3). Guarded by the logical unit.</summary>
    internal bool PreventsRemoval { get; set; }

    /// <summary>
    /// Another initiator's CLEAR TASK SET ended commands of this nexus: UNIT ATTENTION 2Fh/00h, COMMANDS CLEARED BY ANOTHER
    /// INITIATOR (SAM-5 7.4).
    /// </summary>
    public void NoteCommandsCleared() => Attend(AdditionalSense.CommandsCleared);

    /// <summary>
    /// Adds a unit attention (SAM-5 5.14). One of each kind at most, which bounds the queue by the number of kinds; a
    /// reset takes the place of all that came before it, as it makes them stale.
    /// </summary>
    internal void Attend(AdditionalSense what)
    {
        lock (_gate)
        {
            if (_attentions.Contains(what))
                return;
            if (what.IsReset)
                _attentions.Clear();
            _attentions.Add(what);
            _hasAttention = true;
        }
    }

    /// <summary>Takes the oldest unit attention. Without a lock when there is none, which is the rule.</summary>
    internal bool TryTakeAttention(out AdditionalSense what)
    {
        what = default;
        if (!_hasAttention)
            return false;
        lock (_gate)
        {
            if (_attentions.Count == 0)
                return false;
            what = _attentions[0];
            _attentions.RemoveAt(0);
            _hasAttention = _attentions.Count > 0;
            return true;
        }
    }
}
