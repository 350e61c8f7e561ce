using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Shop.Users.Data;

namespace Shop.Users.Api;

/// <summary><c>/v1/users</c>.</summary>
internal static class UsersApi
{
    /// <summary>Maps it.</summary>
    public static void MapUsers(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/users", ListAsync);
        routes.MapPost("/v1/users", AddAsync);
        routes.MapGet("/v1/users/{id:long}", FindAsync);
    }

    private static async Task<IResult> ListAsync(UserStore users, CancellationToken cancellationToken) =>
        TypedResults.Ok(await users.ListAsync(cancellationToken));

    private static async Task<IResult> FindAsync(long id, UserStore users, CancellationToken cancellationToken) =>
        await users.FindAsync(id, cancellationToken) is { } user
            ? TypedResults.Ok(user)
            : TypedResults.Problem($"There is no user {id}.", statusCode: StatusCodes.Status404NotFound);

    private static async Task<IResult> AddAsync(HttpRequest request, UserStore users, CancellationToken cancellationToken)
    {
        if (!request.HasJsonContentType())
            return TypedResults.Problem("Send application/json.", statusCode: StatusCodes.Status415UnsupportedMediaType);
        NewUser? body;
        try
        {
            body = await request.ReadFromJsonAsync(ShopJson.Default.NewUser, cancellationToken);
        }
        catch (JsonException e)
        {
            return BadBody($"is not a JSON object with a name and an email (line {e.LineNumber + 1})");
        }
        catch (BadHttpRequestException e)
        {
            return TypedResults.Problem(e.Message, statusCode: e.StatusCode);
        }

        if (body is null) return BadBody("is null");
        var (name, email, errors) = body.Validate();
        if (errors.Count > 0) return TypedResults.ValidationProblem(errors);
        return await users.AddAsync(name, email, cancellationToken) is { } user
            ? TypedResults.Created($"/v1/users/{user.Id}", user)
            : TypedResults.Problem($"There is a user with the email {email} already.", statusCode: StatusCodes.Status409Conflict);
    }

    private static ValidationProblem BadBody(string problem) =>
        TypedResults.ValidationProblem(new Dictionary<string, string[]> { ["body"] = [problem] });
}
