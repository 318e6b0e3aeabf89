namespace Headgate.Api.Problems;

/// <summary>Codes that the HTTP surface itself answers with. Those of the control plane and the drivers are in the table.</summary>
internal static class ProblemCodes
{
    public const string MalformedJson = "malformed-json";
    public const string UnknownMember = "unknown-member";
    public const string DuplicateMember = "duplicate-member";
    public const string MissingMember = "missing-member";
    public const string WrongType = "wrong-type";
    public const string BodyMissing = "body-missing";
    public const string BadRequest = "bad-request";
    public const string InvalidParameter = "invalid-parameter";
    public const string UnknownParameter = "unknown-parameter";
    public const string CursorInvalid = "cursor-invalid";
    public const string InvalidIdempotencyKey = "invalid-idempotency-key";
    public const string KeyMissing = "key-missing";
    public const string KeyInvalid = "key-invalid";
    public const string AdminOnly = "admin-only";
    public const string RouteNotFound = "route-not-found";
    public const string NodeNotEmbedded = "node-not-embedded";
    public const string MethodNotAllowed = "method-not-allowed";
    public const string RequestTimeout = "request-timeout";
    public const string BodyTooLarge = "body-too-large";
    public const string MediaTypeUnsupported = "media-type-unsupported";
    public const string IdempotencyKeyReused = "idempotency-key-reused";
    public const string IdempotencyKeyInProgress = "idempotency-key-in-progress";
    public const string TooManyFailures = "too-many-failures";
    public const string TooManyStreams = "too-many-streams";
    public const string InternalError = "internal-error";
    public const string NotReady = "not-ready";
    public const string DatabaseUnreachable = "database-unreachable";
    public const string DatabaseNoReply = "database-no-reply";
    public const string TextInvalid = "text-invalid";
}
