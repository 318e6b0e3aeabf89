using Headgate.Scsi.Sense;

namespace Headgate.Scsi;

/// <summary>Changes to the unit's state, and the unit attentions that tell others of them.</summary>
public sealed partial class LogicalUnit
{
    /// <summary>The volume grew: READ CAPACITY tells, and every nexus gets UNIT ATTENTION 2Ah/09h.</summary>
    public void SetBlocks(ulong blocks)
    {
        lock (_gate)
        {
            if (_state.Blocks == blocks)
                return;
            _state = _state with { Blocks = blocks };
            AttendAll(AdditionalSense.CapacityChanged, except: null);
        }
    }

    /// <summary>Whether writes fail, by the administrator's word or an initiator's.</summary>
    public bool IsWriteProtected => _state.AnyWriteProtection;

    /// <summary>Element access readOnly or readWrite. The WP bit of MODE SENSE changes, hence UNIT ATTENTION 2Ah/01h.</summary>
    public void SetWriteProtected(bool isProtected)
    {
        lock (_gate)
        {
            if (_state.WriteProtected == isProtected)
                return;
            _state = _state with { WriteProtected = isProtected };
            AttendAll(AdditionalSense.ModeParametersChanged, except: null);
        }
    }

    /// <summary>
    /// Every nexus gets a unit attention; reservations of RESERVE(6) and PREVENT end, mode parameters go back to their
    /// defaults. Persistent reservations stay; at power on only those with APTPL do (SPC-4 5.12.5).
    /// </summary>
    public void Reset(ResetKind kind)
    {
        lock (_reserveGate)
        lock (_gate)
        {
            var persistent = _state.Persistent;
            if (kind == ResetKind.PowerOn)
            {
                persistent = persistent.PersistsThroughPowerLoss
                    ? persistent with { Generation = 0 }
                    : Reservations.PersistentReservations.None;
            }

            _state = _state with
            {
                ReservedBy = null,
                SoftwareWriteProtected = false,
                DescriptorSense = false,
                Persistent = persistent,
            };
            foreach (var nexus in _nexuses)
                nexus.PreventsRemoval = false;
            Copies.Clear();
            AttendAll(kind == ResetKind.PowerOn ? AdditionalSense.PowerOnOrReset : AdditionalSense.DeviceReset, except: null);
        }
    }

    /// <summary>Replaces the state under the lock.</summary>
    /// <param name="change">From the present state to the next, or null to leave it.</param>
    /// <param name="tellOthers">What every nexus but <paramref name="by"/> is told when it changed.</param>
    /// <param name="by">Who makes the change.</param>
    internal bool Change(Func<UnitState, UnitState?> change, AdditionalSense tellOthers = default, Nexus? by = null)
    {
        lock (_gate)
        {
            if (change(_state) is not { } next)
                return false;
            _state = next;
            if (tellOthers != AdditionalSense.None)
                AttendAll(tellOthers, by);
            return true;
        }
    }

    /// <summary>Tells the sessions of one initiator port.</summary>
    internal void Attend(string initiatorPort, AdditionalSense what)
    {
        lock (_gate)
        {
            foreach (var nexus in _nexuses)
            {
                if (nexus.InitiatorPort == initiatorPort)
                    nexus.Attend(what);
            }
        }
    }

    internal void SetPrevention(Nexus nexus, bool prevents)
    {
        lock (_gate)
            nexus.PreventsRemoval = prevents;
    }

    /// <summary>Takes the medium out or puts it back; false when a nexus prevents that (SBC-3).</summary>
    internal bool TrySetEjected(Nexus by, bool ejected)
    {
        lock (_gate)
        {
            if (_nexuses.Exists(nexus => nexus.PreventsRemoval))
                return false;
            if (_state.Ejected == ejected)
                return true;
            _state = _state with { Ejected = ejected };
            if (!ejected)
                AttendAll(AdditionalSense.MediumMayHaveChanged, by);
            return true;
        }
    }

    private void AttendAll(AdditionalSense what, Nexus? except)
    {
        foreach (var nexus in _nexuses)
        {
            if (nexus != except)
                nexus.Attend(what);
        }
    }
}
