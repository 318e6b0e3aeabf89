using Headgate.Domain;
using Headgate.Persistence;

namespace Headgate.Control;

/// <summary>Writes events in the transaction of what they tell of.</summary>
public static class Audit
{
    /// <summary>
    /// Adds an event. <paramref name="accountId"/>: who may see it beside admins. The message never holds a secret.
    /// </summary>
    public static void Record(
        this HeadgateDbContext db, DateTimeOffset at, string? actor, string code, string subjectType, Guid? subjectId,
        string? subject, Guid? accountId, string message, EventSeverity severity = EventSeverity.Info)
    {
        ArgumentNullException.ThrowIfNull(db);
        db.Events.Add(new Event
        {
            At = at,
            Code = code,
            Severity = severity,
            SubjectType = subjectType,
            SubjectId = subjectId,
            Subject = subject,
            AccountId = accountId,
            Actor = actor,
            Message = message,
        });
    }
}
