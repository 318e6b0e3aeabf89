using Headgate.Control;
using Headgate.Control.Access;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Headgate.Api.Auth;

/// <summary>Asks <see cref="Permissions"/> for the route's operationId; a route without one, or without a line there, is for admins.</summary>
internal sealed class PermissionPolicy : AuthorizationHandler<PermissionPolicy.Requirement>
{
    public const string Name = "permissions";

    public sealed class Requirement : IAuthorizationRequirement;

    /// <summary>What the table says of the request's route.</summary>
    public static Allowed AllowedBy(HttpContext http) =>
        http.GetEndpoint()?.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName is { } operationId
            ? Permissions.Of(operationId)
            : Allowed.Admins;

    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, Requirement requirement)
    {
        if (context.Resource is HttpContext http && http.Features.Get<Caller>() is { } caller && Permissions.Lets(AllowedBy(http), caller.Role))
            context.Succeed(requirement);
        return Task.CompletedTask;
    }
}
