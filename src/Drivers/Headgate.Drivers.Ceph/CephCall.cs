using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Ceph;

/// <summary>Ends an operation early, with the outcome in it; caught in one place, <see cref="CephCall.Run"/>.</summary>
internal sealed class StopHere(Fault fault, bool isUnknown) : Exception(fault.Message)
{
    /// <summary>What went wrong.</summary>
    public Fault Fault => fault;

    public StopHere(Fault fault) : this(fault, isUnknown: false)
    {
    }

    public Outcome<T> As<T>() => isUnknown ? new Outcome<T>.Unknown(fault) : new Outcome<T>.Refused(fault);
}

/// <summary>
/// One operation of the driver: several requests to the cluster, each of which blocks this thread. It keeps one fact:
/// whether something of lasting effect has been done. From then on a failure is Unknown and not Refused, because
/// "refused" promises that nothing changed.
/// </summary>
/// <param name="connection">In use by this call.</param>
/// <param name="around">Put around each request: what it is for, and how to make it.</param>
internal sealed class CephCall(CephConnection connection, Func<string, Func<int>, int> around)
{
    private bool _changed;

    public CephConnection Connection => connection;

    /// <summary>True when the connection can serve nobody any more.</summary>
    public bool IsBlocklisted { get; private set; }

    /// <summary>Runs <paramref name="work"/> with a connection, on this thread.</summary>
    /// <param name="connections">Where the connection comes from.</param>
    /// <param name="around">See the class.</param>
    /// <param name="work">The requests.</param>
    /// <param name="begins">Asked once there is a connection and nothing was sent yet; false when the caller has left meanwhile.</param>
    public static Outcome<T> Run<T>(CephConnections connections, Func<string, Func<int>, int> around, Func<CephCall, T> work, Func<bool>? begins = null)
    {
        var opened = connections.Use();
        if (opened is not Outcome<CephConnection>.Done { Value: var connection }) return opened.Problem!;
        if (begins?.Invoke() == false)
        {
            connection.Release();
            return Faults.Unreachable("The caller left before there was a connection to the Ceph cluster; nothing was sent.");
        }
        var call = new CephCall(connection, around);
        try
        {
            return work(call);
        }
        catch (StopHere end)
        {
            return end.As<T>();
        }
        finally
        {
            if (call.IsBlocklisted) connections.Drop(connection);
            connection.Release();
        }
    }

    /// <summary>A request that changes nothing. Returns what the library returned when that is no error, or one of <paramref name="taken"/>.</summary>
    public int Read(string what, Func<int> request, params ReadOnlySpan<int> taken)
    {
        var code = around(what, request);
        return code >= 0 || taken.Contains(code) ? code : throw Failed(what, code, isUnknown: _changed);
    }

    /// <summary>A request that changes nothing, and whose every error says something of what was asked about. Throws only when no answer came, or the cluster would not let us ask.</summary>
    public int Ask(string what, Func<int> request)
    {
        var code = around(what, request);
        return Errno.IsSilence(code) || code is Errno.NotPermitted or Errno.AccessDenied ? throw Failed(what, code, isUnknown: _changed) : code;
    }

    /// <summary>What a library said from its memory, without a request to the cluster.</summary>
    public void Told(string what, int code)
    {
        if (code < 0) throw Failed(what, code, isUnknown: _changed);
    }

    /// <summary>A request that changes something. A lost answer is a doubt, and so is every failure after it succeeded once.</summary>
    public int Change(string what, Func<int> request, params ReadOnlySpan<int> taken)
    {
        var code = around(what, request);
        if (code >= 0)
        {
            _changed = true;
            return code;
        }
        return taken.Contains(code) ? code : throw Failed(what, code, isUnknown: _changed || Errno.IsSilence(code));
    }

    /// <summary>Something of lasting effect was found done, by this call or an earlier one with the same key.</summary>
    public void HasChanged() => _changed = true;

    /// <summary>Everything that this call did was taken back, and the cluster confirmed each.</summary>
    public void HasTakenBack() => _changed = false;

    /// <summary>A refusal, or a doubt when something was changed already.</summary>
    public StopHere Refused(Fault fault) => new(fault, _changed);

    private StopHere Failed(string what, int code, bool isUnknown)
    {
        if (code == Errno.Blocklisted) IsBlocklisted = true;
        var fault = CephFaults.Of(what, code);
        return new StopHere(isUnknown && Errno.IsSilence(code) ? Faults.NoReply(fault.Message) : fault, isUnknown);
    }
}
