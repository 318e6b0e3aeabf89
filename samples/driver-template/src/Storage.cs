using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Acme.Storage;

/// <summary>
/// The one place where exceptions of the file system become outcomes. No exception may leave a driver, and the difference between
/// refused (nothing was changed) and unknown (something may have been) is what the server's recovery rests on.
/// </summary>
internal static class Storage
{
    public static ValueTask<Outcome<Nothing>> Nothing => new(default(Nothing));

    /// <summary>For calls that only look: when they fail, nothing was changed.</summary>
    public static ValueTask<Outcome<T>> Ask<T>(Func<Outcome<T>> work)
    {
        try
        {
            return new(work());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new(Faults.Unreachable($"The directory cannot be read: {e.Message} The server tries again."));
        }
    }

    /// <summary>For calls that change something: when they fail half-way, a repeat with the same key settles it.</summary>
    public static ValueTask<Outcome<T>> Change<T>(Func<Outcome<T>> work)
    {
        try
        {
            return new(work());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new(new Outcome<T>.Unknown(Faults.NoReply($"The directory could not be changed for certain: {e.Message} The server asks again.")));
        }
    }
}
