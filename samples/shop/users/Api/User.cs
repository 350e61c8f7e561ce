namespace Shop.Users.Api;

/// <summary>A user of the shop.</summary>
internal sealed record User(long Id, string Name, string Email, DateTimeOffset CreatedAt);
