import type { User } from "../api";

export function mayChange(user: User): boolean {
  return user.role !== "viewer";
}
