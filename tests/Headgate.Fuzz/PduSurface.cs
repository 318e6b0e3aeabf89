using System.Net;
using System.Net.Sockets;
using Headgate.Blocks;
using Headgate.Node;
using Headgate.Node.Io;
using Headgate.Node.Target;
using Headgate.Scsi;
using Microsoft.Extensions.Logging;

namespace Headgate.Fuzz;

/// <summary>
/// PDU streams into the real connection, login, session, I/O path and reply pump, over a transport in memory: one
/// connection after the other at one volume, until the epoch is over. After each, nothing of it may be left.
/// </summary>
internal sealed class PduSurface : Surface
{
    private const long VolumeBytes = 1 << 20;

    /// <summary>Enough for hundreds of the commands that the script makes.</summary>
    private const long BufferedBytesMax = 32 << 20;

    private static readonly IoPath Io = new(new IoPathOptions { DataThreads = 1, SlowThreads = 2, InFlightMax = 4 });
    private long _volumes;

    public override string Name => "pdu";

    public override int EpochInputs => 4000;

    public override void Run(Epoch epoch)
    {
        var id = ++_volumes;
        using var device = new MemoryBlockDevice(VolumeBytes);
        var unit = new LogicalUnit(
            new LogicalUnitIdentity("HEADGATE", "FUZZED DISK     ", "1   ", "serial", [0x60, .. new byte[15]], new byte[8], "iqn.2026-11.fuzz:disk"),
            new LogicalUnitGeometry((ulong)VolumeBytes / 512, 512, 4096, Removable: true));
        var volume = new VolumeRuntime(id, "iqn.2026-11.fuzz:disk", device, unit, Io.AddVolume(id, Qos.VolumeLimits.None));
        var bugs = new BugLog();
        var world = new World(volume);
        var options = new IscsiTargetOptions { Portals = [new IPEndPoint(IPAddress.Loopback, 3260)], BufferedBytesMax = BufferedBytesMax };
        var sessions = new SessionRegistry();
        var context = new TargetContext(options, world, Io, sessions, new LoginEvents(world, TimeProvider.System), TimeProvider.System, bugs);
        while (!epoch.IsOver)
        {
            RunConnection(epoch, context);
            Check(context, bugs);
        }
        Io.RemoveVolumeAsync(volume.Queue).GetAwaiter().GetResult();
    }

    private static void RunConnection(Epoch epoch, TargetContext context)
    {
        var transport = new ScriptedTransport(epoch);
        if (!context.Connections.TryTakePlace(transport.Remote.Address)) throw new FindingException("an earlier connection still has its place");
        var ended = 0;
        var connection = new Connection(transport, context, gone =>
        {
            context.Connections.GiveBack(gone, gone.Remote.Address, gone.IsStranger);
            ended++;
        });
        context.Connections.Add(connection);
        connection.Run();
        if (ended != 1) throw new FindingException($"a connection ended {ended} times");
        if (transport.Problem is { } problem) throw new FindingException($"the target sent {problem}");
    }

    private static void Check(TargetContext context, BugLog bugs)
    {
        if (bugs.First is { } bug) throw new FindingException($"the target logged {bug}");
        if (context.Sessions.List().Count != 0) throw new FindingException("a session without a connection");
        if (context.Connections.Count != 0 || context.Connections.StrangerCount != 0 || context.Connections.SourceCount != 0)
            throw new FindingException("a place without a connection");
        // What was at the medium ends soon after; ten thousand turns are some ten seconds.
        var patience = new SpinWait();
        for (var waited = 0; context.BufferBudget.TakenBytes != 0 || context.Sessions.HeldCount != 0; waited++)
        {
            if (waited > 10_000) throw new FindingException($"{context.BufferBudget.TakenBytes} bytes and {context.Sessions.HeldCount} sessions are left over");
            patience.SpinOnce();
        }
    }

    /// <summary>The bytes that the script makes in, the replies out. Both on the connection's own thread but for late replies.</summary>
    private sealed class ScriptedTransport(Epoch epoch) : ITransport
    {
        private readonly ReplyReader _replies = new();
        private PduScript? _script;
        private byte[] _wire = [];
        private int _sent;
        private byte[]? _last;
        private volatile bool _isShut;

        public IPEndPoint Remote { get; } = new(IPAddress.Loopback, 50000);

        public IPEndPoint Local { get; } = new(IPAddress.Loopback, 3260);

        public string? Problem => _replies.Problem;

        public bool HasBytes => _sent < _wire.Length;

        public int Receive(Span<byte> target)
        {
            if (_sent == _wire.Length && !TryMakeNext()) return 0;
            if (_isShut) return 0;
            // Every third PDU comes in pieces.
            var whole = Math.Min(target.Length, _wire.Length - _sent);
            var count = _wire.Length % 3 == 0 ? Math.Min(whole, 1 + _wire.Length / 3) : whole;
            _wire.AsSpan(_sent, count).CopyTo(target);
            _sent += count;
            return count;
        }

        public int Send(ReadOnlySpan<byte> bytes, bool wait)
        {
            if (_isShut) throw new SocketException((int)SocketError.ConnectionReset);
            _replies.Append(bytes);
            return bytes.Length;
        }

        public void Shutdown() => _isShut = true;

        public void Dispose() => _isShut = true;

        private bool TryMakeNext()
        {
            if (_last is { } last) epoch.Observe(last, _replies.TakeSignature() ^ Signature.Of((uint)(last.Length > 1 ? last[1] & 0x3F : 0)));
            _script ??= new PduScript(epoch, _replies);
            if (_isShut || _replies.Problem is not null || epoch.Next(_script.Make) is not { Length: > 1 } input) return false;
            _wire = _script.Encode(input);
            _script.NoteSent(input);
            (_last, _sent) = (input, 0);
            return true;
        }
    }

    /// <summary>Errors that the target logs are bugs that it survived.</summary>
    private sealed class BugLog : ILogger
    {
        public string? First { get; private set; }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Error) First ??= $"{formatter(state, exception)} {exception}";
        }
    }

    private sealed class World(VolumeRuntime volume) : ITargetDirectory, INodeEvents
    {
        public AuthenticationRule RuleFor(string initiatorName, string? targetName) => AuthenticationRule.Optional;

        public ChapSecrets? FindChap(string username, string initiatorName) => null;

        public TargetGrant Authorize(string initiatorName, string? chapUser, string targetName) =>
            targetName == volume.TargetName ? new(volume, default) : new(null, TargetRefusal.NotFound);

        public IReadOnlyList<string> VisibleTargets(string initiatorName, string? chapUser) => [.. Enumerable.Range(0, 40).Select(i => $"iqn.2026-11.fuzz:{i}")];

        public void Raise(NodeEvent happened)
        {
        }
    }
}
