using Headgate.Api.Auth;
using Headgate.Api.Contract;
using Headgate.Api.Paging;
using Headgate.Api.Problems;
using Headgate.Control.Access;
using Headgate.Domain;
using Headgate.Primitives;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using static Microsoft.AspNetCore.Http.StatusCodes;

namespace Headgate.Api.Routes;

/// <summary>Accounts, API keys, and who one is.</summary>
internal static class AccessRoutes
{
    public static void Map(RouteGroupBuilder everybody, RouteGroupBuilder admins)
    {
        everybody.MapGet("/whoami", (HttpContext http) => TypedResults.Ok(Show(http.Caller())))
            .Named("whoAmI", "Show whose key this is").WithTags("Access").Answers<WhoAmI>();
        MapAccounts(admins.MapGroup("/accounts").WithTags("Access"));
        MapKeys(admins.MapGroup("/keys").WithTags("Access"));
    }

    private static void MapAccounts(RouteGroupBuilder admins)
    {
        admins.MapGet("", ([AsParameters] PageQuery page, Accounts accounts, CancellationToken stop) =>
                page.AnswerAsync(request => accounts.ListAsync(request, stop), Show))
            .Named("listAccounts", "List the accounts").AnswersPage<AccountView>();
        admins.MapGet("/{ref}", async (string @ref, Accounts accounts, CancellationToken stop) =>
                (await accounts.FindAsync(@ref, stop)).Ok(Show))
            .Named("getAccount", "Show an account").Answers<AccountView>().Problems(Status404NotFound);
        admins.MapPost("", async (CreateAccount body, HttpContext http, Accounts accounts, CancellationToken stop) =>
                (await accounts.CreateAsync(http.Caller(), body.Name, stop))
                .Created(Show, view => $"/api/v1/accounts/{view.Id}"))
            .Named("createAccount", "Add an account").AnswersCreated<AccountView>();
    }

    private static void MapKeys(RouteGroupBuilder admins)
    {
        admins.MapGet("", ([AsParameters] PageQuery page, ApiKeys keys, CancellationToken stop) =>
                page.AnswerAsync(request => keys.ListAsync(request, stop), Show))
            .Named("listKeys", "List the API keys in force, without their secrets").AnswersPage<ApiKeyView>();
        admins.MapPost("", async (CreateApiKey body, HttpContext http, ApiKeys keys, CancellationToken stop) =>
                Words.Read<Role>(body.Role, "role") is not Outcome<Role>.Done role
                    ? ProblemResult.Refused(Words.Unknown("role", body.Role, Enum.GetValues<Role>().Select(Words.Of)))
                    : (await keys.CreateAsync(http.Caller(), body.Name, body.Account, role.Value, stop))
                    .Created(made => new CreatedApiKey(Show(made.Info), made.Text), view => $"/api/v1/keys/{view.Info.Id}"))
            .Named("createKey", "Make an API key; the answer is the only place where it is shown")
            .AnswersCreated<CreatedApiKey>().Problems(Status404NotFound);
        admins.MapDelete("/{ref}", async (string @ref, HttpContext http, ApiKeys keys, CancellationToken stop) =>
                (await keys.RevokeAsync(http.Caller(), @ref, stop)).NoContent())
            .Named("revokeKey", "Revoke an API key, by id or prefix").AnswersNothing().Problems(Status404NotFound, Status409Conflict);
    }

    private static WhoAmI Show(Control.Caller caller) => new(caller.Account, Words.Of(caller.Role), caller.KeyName);

    private static AccountView Show(Account account) => new(account.Id, account.Name, account.CreatedAt);

    private static ApiKeyView Show(KeyOfAccount found) => new(
        found.Key.Id, found.Key.Name, found.Account, Words.Of(found.Key.Role), found.Key.Prefix, found.Key.CreatedAt,
        found.Key.LastUsedAt);
}
