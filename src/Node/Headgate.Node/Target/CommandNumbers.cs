using Headgate.Iscsi.Pdu;

namespace Headgate.Node.Target;

/// <summary>
/// CmdSN, StatSN and the command window of one session with its one connection (RFC 7143 section 4.2.2). The connection's
/// thread receives, whoever sends (one at a time) stamps.
/// </summary>
internal sealed class CommandNumbers
{
    /// <summary>
    /// Commands of one session under way or with a reply not yet formed. Linux and QEMU use 32 to 128 per session; 128
    /// keeps 500 k IOPS going over a round trip of 250 µs.
    /// </summary>
    public const int WindowDepth = 128;

    /// <summary>What stays open to a session however full its volume is, so that each of them gets on.</summary>
    public const int LeastDepth = 8;

    private Func<bool>? _isVolumeFull;
    private uint _statSn;
    private uint _expCmdSn;
    private uint _maxCmdSn;
    private int _outstanding;
    private HashSet<uint>? _plugged; // numbers in the window, so no more than its depth

    /// <summary>Login tells where to start.</summary>
    public void Start(uint cmdSn) => (_expCmdSn, _maxCmdSn) = (cmdSn, cmdSn + WindowDepth - 1);

    /// <summary>Lets a volume that has enough waiting narrow the windows of its sessions.</summary>
    public void LimitBy(Func<bool> isVolumeFull) => _isVolumeFull = isVolumeFull;

    /// <summary>Next in order.</summary>
    public uint ExpCmdSn => Volatile.Read(ref _expCmdSn);

    /// <summary>Commands between arrival and the forming of their last reply.</summary>
    public int Outstanding => Volatile.Read(ref _outstanding);

    /// <summary>Whether a non-immediate command with this number may come now.</summary>
    public bool IsInWindow(uint cmdSn) => SerialNumber.Within(cmdSn, _expCmdSn, Volatile.Read(ref _maxCmdSn));

    /// <summary>A non-immediate command came in its turn.</summary>
    public void Accept()
    {
        var next = _expCmdSn + 1;
        while (_plugged is not null && _plugged.Remove(next)) next++;
        Volatile.Write(ref _expCmdSn, next);
    }

    /// <summary>
    /// Counts a command as come that never will, since ABORT TASK named it; false when its number is not due: outside
    /// the window, or not <paramref name="before"/> that of the ABORT TASK.
    /// </summary>
    public bool TryPlug(uint cmdSn, uint before)
    {
        if (!IsInWindow(cmdSn) || !SerialNumber.Before(cmdSn, before)) return false;
        if (cmdSn == _expCmdSn) Accept();
        else (_plugged ??= []).Add(cmdSn);
        return true;
    }

    /// <summary>A command starts to take a place; before <see cref="Accept"/>, so that the window never opens too far.</summary>
    public void Enter() => Interlocked.Increment(ref _outstanding);

    /// <summary>A command's last reply is about to be formed, or will never be.</summary>
    public void Leave() => Interlocked.Decrement(ref _outstanding);

    /// <summary>For a PDU that carries status and so uses up a StatSN.</summary>
    public SequenceNumbers Next()
    {
        var numbers = Current();
        _statSn++;
        return numbers;
    }

    /// <summary>For R2T, pings and Data-In without status.</summary>
    public SequenceNumbers Current()
    {
        var expCmdSn = ExpCmdSn;
        var depth = _isVolumeFull?.Invoke() == true ? LeastDepth : WindowDepth;
        var room = depth - Outstanding;
        // MaxCmdSN never goes back (section 4.2.2.1): a window closes by standing still while commands come.
        var max = SerialNumber.Later(_maxCmdSn, expCmdSn - 1 + (uint)Math.Max(0, room));
        Volatile.Write(ref _maxCmdSn, max);
        return new(_statSn, expCmdSn, max);
    }
}
