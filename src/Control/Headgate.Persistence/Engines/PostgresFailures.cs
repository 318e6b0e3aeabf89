using System.Net.Sockets;
using Npgsql;

namespace Headgate.Persistence.Engines;

/// <summary>What PostgreSQL's errors mean for us: Appendix A of its manual, and what the driver makes of a lost connection.</summary>
internal static class PostgresFailures
{
    /// <summary>
    /// True when the transaction did not happen for a reason that passes: the connection went or was never there, the server
    /// stops, starts or has no connection left, or somebody held a lock for too long.
    /// </summary>
    public static bool IsAway(Exception failure)
    {
        for (var inner = failure; inner is not null; inner = inner.InnerException)
        {
            switch (inner)
            {
                case PostgresException answered:
                    return answered.SqlState is
                        PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow
                        or PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected
                        or PostgresErrorCodes.SerializationFailure or IdleInTransactionTimeout
                        or ReadOnlyTransaction // a failover left us on the server that was put back into second place
                        or PostgresErrorCodes.ObjectNotInPrerequisiteState // somebody closed the database to new connections
                        || (answered.SqlState.StartsWith(ConnectionClass, StringComparison.Ordinal) && answered.SqlState != PostgresErrorCodes.ProtocolViolation);
                case NpgsqlException or SocketException:
                    return true; // without an answer of the server: it is the connection
            }
        }
        return false;
    }

    /// <summary>The reason in one sentence, without anything that was sent.</summary>
    public static string Told(Exception failure)
    {
        var reason = failure;
        for (var inner = failure; inner is not null; inner = inner.InnerException)
            if (inner is PostgresException or SocketException or NpgsqlException) reason = inner;
        var text = reason is PostgresException answered ? answered.MessageText : reason.Message;
        return text.TrimEnd('.') + ".";
    }

    private const string ConnectionClass = "08";
    private const string IdleInTransactionTimeout = "25P03";
    private const string ReadOnlyTransaction = "25006";
}
