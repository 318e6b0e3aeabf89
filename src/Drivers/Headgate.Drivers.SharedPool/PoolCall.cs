using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.SharedPool;

/// <summary>Ends an operation early, with the fault in it; caught in one place, <see cref="PoolCall.RunAsync"/>.</summary>
internal sealed class StopHere(Fault fault) : Exception(fault.Message)
{
    public Fault Fault => fault;
}

/// <summary>
/// One operation on the folder. It keeps one fact: whether something of lasting effect may have been done already. From
/// then on a failure is Unknown and not Refused, because "refused" promises that nothing changed.
/// </summary>
internal sealed class PoolCall(CancellationToken stop)
{
    private bool _changing;

    public CancellationToken Stop => stop;

    /// <summary>The next step is the one that counts.</summary>
    public void IsChanging() => _changing = true;

    /// <summary>
    /// Runs file work on a thread of its own: a network file system that is away blocks its caller, who gets an answer all
    /// the same when <paramref name="patience"/> has passed.
    /// </summary>
    public static async ValueTask<Outcome<T>> RunAsync<T>(string folder, TimeSpan patience, TimeProvider clock, Func<PoolCall, T> work, CancellationToken stop)
    {
        var call = new PoolCall(stop);
        try
        {
            return await Task.Run(() => work(call), stop).WaitAsync(patience, clock, stop).ConfigureAwait(false);
        }
        catch (StopHere end)
        {
            return call._changing ? new Outcome<T>.Unknown(end.Fault) : end.Fault;
        }
        catch (TimeoutException)
        {
            return new Outcome<T>.Unknown(Faults.NoReply($"The file system of {folder} did not answer within {patience.TotalSeconds:0} s. Check its mount and its server; the call is repeated."));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var fault = FileFaults.Of(e, folder);
            return call._changing ? new Outcome<T>.Unknown(fault) : fault;
        }
    }
}

/// <summary>The file system's errors as the SDK's faults.</summary>
internal static class FileFaults
{
    public const string ReadOnly = "sharedpool-read-only";
    public const string Damaged = "sharedpool-damaged";
    public const string NoLocks = "sharedpool-no-locks";
    public const string NoReflink = "sharedpool-no-reflink";
    public const string CannotPreallocate = "sharedpool-cannot-preallocate";

    public static Fault Of(Exception error, string folder)
    {
        var said = error.Message.Trim().TrimEnd('.');
        return error switch
        {
            UnauthorizedAccessException => Faults.Unauthorized($"{said}. Give this server's user the right to read and write {folder}."),
            DirectoryNotFoundException or FileNotFoundException => NotThere(folder, said),
            _ => error.HResult switch
            {
                Libc.ENOSPC or Libc.EDQUOT => Faults.OutOfCapacity($"{said}. Free space on the file system of {folder}, or enlarge it."),
                Libc.EROFS => new Fault(ReadOnly, $"{said}. The file system of {folder} is read-only; find out why, and mount it for writing.", Recovery.AskOperator),
                Libc.EFBIG => Faults.InvalidArgument($"{said}. The file system of {folder} takes no file of that size; ask for less."),
                Libc.EOPNOTSUPP => new Fault(CannotPreallocate, $"{said}. The file system of {folder} cannot reserve space; set 'preallocate' to false.", Recovery.AskOperator),
                Libc.ENOENT or Libc.ESTALE or Libc.EIO or Libc.ENOTCONN or Libc.ETIMEDOUT => NotThere(folder, said),
                _ => Faults.Unexpected($"{said}. Look at the file system of {folder}."),
            },
        };
    }

    public static Fault NotThere(string folder, string why) => Faults.Unreachable($"{why}. Mount the file system at {folder} again, or correct the setting 'path'.");
}
