"""Operations that many products have, guarded in one line each."""
