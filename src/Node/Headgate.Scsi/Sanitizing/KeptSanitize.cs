namespace Headgate.Scsi.Sanitizing;

/// <summary>How a sanitize operation removes data (SBC-3 4.11).</summary>
public enum SanitizeMethod
{
    /// <summary>Writes a pattern over every block, once or several times.</summary>
    Overwrite,

    /// <summary>Gives every block back to the file system; all read as zeros.</summary>
    BlockErase,

    /// <summary>
    /// Writes zeros over every block that is mapped, then gives every block back. There is no key to change, so what a
    /// change of key promises, that nobody can have the data back, is kept by destroying the data.
    /// </summary>
    CryptoErase,
}

/// <summary>A sanitize operation that is under way or has failed, as it is kept over a restart.</summary>
/// <param name="Method">How.</param>
/// <param name="Pattern">Repeated through each block that is written.</param>
/// <param name="Passes">How often the medium is gone through.</param>
/// <param name="Inverts">The pattern is inverted from each pass to the next.</param>
/// <param name="AllowsExit">AUSE: EXIT FAILURE MODE may end the state after a failure.</param>
/// <param name="Pass">Passes that are done.</param>
/// <param name="NextLba">Where the present pass goes on.</param>
/// <param name="HasFailed">It ended with an error; the medium holds a mix.</param>
public sealed record KeptSanitize(
    SanitizeMethod Method, byte[] Pattern, int Passes, bool Inverts, bool AllowsExit, int Pass, ulong NextLba, bool HasFailed);

/// <summary>Keeps a sanitize operation over a restart of the node. Called on threads that may wait.</summary>
public interface ISanitizeStore
{
    /// <summary>What was saved last, or null.</summary>
    KeptSanitize? Load();

    /// <summary>Saves, durably when it returns; null forgets. False when it could not.</summary>
    bool Save(KeptSanitize? kept);
}
