using Headgate.Domain;
using Headgate.Persistence;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control;

/// <summary>Names under which the management server itself logs in: their secrets open whatever is just being written.</summary>
internal static class ReservedInitiators
{
    /// <summary>Null for a name that hosts may have, else <c>initiator-reserved</c>.</summary>
    public static Fault? Problem(string initiator) => MoverName.IsReserved(initiator)
        ? new Fault("initiator-reserved", $"{initiator} is the management server's own name on its storages; use another one.", Recovery.FixRequest)
        : null;
}

/// <summary>
/// To whom an initiator belongs. On an array the CHAP secrets and the access group are the initiator's and serve all of its
/// volumes, so who is given them for one volume can log in to every other: an initiator therefore serves one account only,
/// and a managed host's serves none but through an admin.
/// </summary>
internal static class InitiatorOwnership
{
    /// <summary>
    /// Null when <paramref name="caller"/> may use <paramref name="initiator"/> for <paramref name="volume"/>, else
    /// <c>initiator-in-use</c>. Ask within the transaction that adds the grant: two accounts at once would both be first.
    /// Does not say whose it is.
    /// </summary>
    public static async Task<Fault?> ProblemAsync(HeadgateDbContext db, Caller caller, Volume volume, string initiator, CancellationToken stop)
    {
        if (caller.IsOperator) return null;
        // Grants in any state count: one that is being made or taken away is on the array as well.
        var taken = await db.Hosts.AnyAsync(h => h.InitiatorName == initiator, stop).ConfigureAwait(false)
            || await db.VolumeAccesses.AnyAsync(
                a => a.InitiatorName == initiator && db.Volumes.Any(v => v.Id == a.VolumeId && v.AccountId != volume.AccountId), stop).ConfigureAwait(false);
        return taken
            ? new Fault("initiator-in-use",
                $"Initiator {initiator} was asked for volume {volume.Name}, but it serves something else than account {caller.Account}, and its secrets " +
                "open all that it serves. Use an initiator name of your own, or ask an admin.", Recovery.FixRequest)
            : null;
    }
}
